"""What the arrays of a model are: as they are built, and what stands along each axis."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.models.weight_inventory import Axis, Weight, training_bytes, weights_of
from hone_trainer.rows.field import Field
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.described import Described
from hone_trainer.tasks.learned import Learned
from tests.trainer.networks import binary

pytestmark = pytest.mark.tensorflow

USER, BEFORE, ITEM = Axis("field", "user"), Axis("field", "before"), Axis("target", "item")


def schema(size: int = 42, kind: str = "nextItem", **field: Any) -> Schema:
    """A user, a history, a price; which of some items comes next."""
    keys = tuple(f"i{n}" for n in range(30))
    task = AnyTask.model_validate({kind: {"label": "item"}})
    learned = Learned(keys, np.arange(30, 0, -1.0)).dump()
    return Schema(
        fields=(
            Field(name="user", kind="id", size=size),
            Field(name="before", kind="id", size=32, length=5, **field),
            Field(name="price", kind="number"),
        ),
        targets=(Target(name="item", task=task, learned=learned), binary()),
        rows=100_000,
    )


MODELS: list[dict[str, Any]] = [
    {"recommendation": {"gru": {"embedding": 8, "units": 6}}},
    {"generic": {"dense": {}}},
    {"generic": {"linear": {}}},
    {"ads": {"dcn": {}}},
    {"service": {"biLstm": {}}},
]


@pytest.mark.parametrize("words", MODELS, ids=lambda words: next(iter(next(iter(words.values())))))
def test_it_is_what_is_built_though_widths_follow_from_sizes(words: dict[str, Any]) -> None:
    from hone_trainer.models.graph import open_graph

    model, columns = AnyModel.model_validate(words), schema(answers="item")
    built = open_graph(model, columns).whole.get_weights()
    found = weights_of(model, columns)
    assert [weight.shape for weight in found] == [array.shape for array in built]
    assert len({weight.place for weight in found}) == len(found)
    tables = [weight.column for weight in found if weight.column]
    assert set(tables) == {"user", "before"}


def axes(words: dict[str, Any], columns: Schema) -> dict[str, tuple[Axis | None, ...]]:
    """The arrays along which anything but units stands."""
    found = weights_of(AnyModel.model_validate(words), columns)
    return {weight.place: weight.axes for weight in found if any(weight.axes)}


def test_what_stands_along_axes_is_found_in_tables_heads_and_both_at_once() -> None:
    tied = axes(MODELS[0], schema(answers="item"))
    tables = {
        "embedding_user/embeddings": (USER, None),
        "embedding_before/embeddings": (BEFORE, None),
    }
    assert tied == {**tables, "item_logits/bias": (ITEM,)}
    own = axes(MODELS[0], schema())
    assert own == {**tables, "item_logits/items": (ITEM, None), "item_logits/bias": (ITEM,)}
    classes = axes(MODELS[1], schema(kind="classes"))
    assert classes["item_logits/kernel"] == (None, ITEM)
    linear = axes(MODELS[2], schema())
    assert linear["item_weights_user/embeddings"] == (USER, ITEM)
    assert linear["item_weights/kernel"] == (None, ITEM)


def test_tables_of_items_and_of_what_is_said_of_them_are_known_as_such() -> None:
    """Whoever takes them over by number would take those of other items and other brands."""
    brand = Field(name="items_brand", kind="id", size=9)
    described = Described((brand,), {"items_brand": np.full((30, 1), 3, np.int32)})
    given = schema()
    facts = replace(given.targets[0].facts, described=described)
    counts = np.where(np.arange(30) < 25, np.arange(30, 0, -1.0), 0)  # five that no row holds
    learned = replace(facts, counts=counts).dump()
    target = Target(name="item", task=given.targets[0].task, learned=learned)
    words = {"recommendation": {"twoTower": {"embedding": 8}}}
    found = axes(words, given.model_copy(update={"targets": (target,)}))
    assert found["embedding_items_brand/embeddings"] == (Axis("field", "items_brand"), None)
    assert found["embedding_item/embeddings"] == (Axis("field", "item"), None)
    assert found["item_logits/bias"] == (ITEM,)


def test_a_width_that_happens_to_be_a_size_is_a_width() -> None:
    found = axes({"recommendation": {"gru": {"embedding": 30, "units": 32}}}, schema(32))
    assert found["embedding_user/embeddings"] == (USER, None)
    assert "gru/kernel" not in found
    assert "summary/kernel" not in found


def test_names_do_not_count_the_models_that_were_built_before() -> None:
    model = AnyModel.model_validate(MODELS[0])
    names = [[weight.place for weight in weights_of(model, schema())] for _ in range(2)]
    assert names[0] == names[1]
    assert "gru/kernel" in names[0]


def test_a_table_larger_than_any_machine_is_measured_without_it() -> None:
    rows = 2_000_000_000
    words = {"recommendation": {"gru": {"embedding": 64}}}
    assert training_bytes(AnyModel.model_validate(words), schema(rows)) > rows * 64 * 4 * 3


def test_a_place_is_a_layer_and_a_name() -> None:
    assert Weight("gru", "kernel", (2, 6), (None, None)).place == "gru/kernel"
