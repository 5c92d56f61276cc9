"""Keys, and what tasks read: carried along, and never seen by a model."""

import pytest

from hone_trainer.columns import Column
from tests.trainer.blocks import block, columns


def test_a_key_is_carried_and_never_read() -> None:
    kind = Column.model_validate({"name": "order", "key": {}}).value
    rows = block(order=["a", "b"])
    learned = kind.learn("order", [kind.summarize("order", rows)], rows)
    assert (kind.form, learned) == ("text", {})
    assert (kind.fields("order", learned), kind.encode("order", rows, learned)) == ((), {})


@pytest.mark.parametrize(
    ("kind", "form"), [("label", "number"), ("amount", "number"), ("category", "text")]
)
def test_what_a_task_reads_becomes_no_field(kind: str, form: str) -> None:
    (column,) = columns(bought={kind: {}})
    assert (column.kind, column.value.form) == (kind, form)
    assert column.value.target
    assert not column.value.whole, "a row without it stays"
    rows = block(bought=["1", "0"] if form == "text" else [1, 0])
    assert column.value.summarize("bought", rows) is None
    assert column.value.fields("bought", {}) == ()
    assert column.value.encode("bought", rows, {}) == {}
    assert column.value.positions("bought") == {}
