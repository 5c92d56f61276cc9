"""Keys and labels: what no model reads, and what every model predicts."""

import pytest

from hone_trainer.columns import Column
from hone_trainer.columns.label import LabelColumn
from hone_trainer.contract.assignment import StageFailure
from tests.trainer.blocks import block


def test_a_key_is_carried_and_never_read() -> None:
    kind = Column.model_validate({"name": "order", "key": {}}).value
    rows = block(order=["a", "b"])
    learned = kind.learn("order", [kind.summarize("order", rows)], rows)
    assert (kind.form, learned) == ("text", {})
    assert (kind.fields("order", learned), kind.encode("order", rows, learned)) == ((), {})


def test_a_label_is_0_or_1() -> None:
    kind = Column.model_validate({"name": "bought", "label": {}}).value
    (field,) = kind.fields("bought", {})
    assert (field.name, field.source, field.kind) == ("bought", "bought", "label")
    (encoded,) = kind.encode("bought", block(bought=[0, 1, 1, -0.0]), {}).values()
    assert (encoded.dtype.name, encoded.tolist()) == ("int8", [0, 1, 1, 0])
    assert len(kind.encode("bought", block(bought=[]), {})["bought"]) == 0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, None], "'bought' has no value in row 12: correct"),
        ([1, 0, 2], "'bought' has 2, neither 0 nor 1, in row 13: correct"),
        ([0.5], "'bought' has 0.5, neither 0 nor 1, in row 11: correct"),
    ],
)
def test_what_is_no_label_is_never_taken_for_one(values: list[float | None], told: str) -> None:
    with pytest.raises(StageFailure, match=told) as failure:
        LabelColumn().encode("bought", block(first=10, bought=values), {})
    assert failure.value.reason == "BadLabel"
