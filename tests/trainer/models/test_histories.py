"""Models of histories: padding says nothing, order does, and items are known once."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.rows.field import Field
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned

pytestmark = pytest.mark.tensorflow

ITEMS, LENGTH = 7, 5
LEARNED = Learned(tuple(f"i{n}" for n in range(ITEMS)), np.arange(ITEMS, 0, -1.0))
KINDS: dict[str, dict[str, Any]] = {
    "gru": {"embedding": 4, "units": 6},
    "transformer": {"embedding": 4, "blocks": 2},
}


def schema(**beside: Field) -> Schema:
    """A history of the items that come next; one more known id than there are answers."""
    task = AnyTask.model_validate({"nextItem": {"label": "item"}})
    before = Field(
        name="before", kind="id", length=LENGTH, size=FIRST_KNOWN + ITEMS + 1, answers="item"
    )
    target = Target(name="item", task=task, learned=LEARNED.dump())
    return Schema(fields=(before, *beside.values()), targets=(target,), rows=100)


def graph(kind: str, of: Schema) -> Any:
    """The layers of a model, every weight drawn."""
    from hone_trainer.models.graph import open_graph

    model = AnyModel.model_validate({"recommendation": {kind: KINDS[kind]}})
    made = open_graph(model, of)
    draw = np.random.default_rng(3)
    whole = made.whole
    whole.set_weights([draw.normal(0, 0.7, each.shape) for each in whole.get_weights()])
    return made


def logits(made: Any, before: list[list[int]]) -> Any:
    """What the model says of histories."""
    return made.whole({"before": np.array(before, np.int32)})["item"].numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_padding_says_nothing(kind: str) -> None:
    made = graph(kind, schema())
    rows = [[0, 0, 0, 2, 3], [0, 5, 4, 3, 2]]
    before = logits(made, rows)
    (table,) = (each for each in made.whole.weights if each.shape[0] == FIRST_KNOWN + ITEMS + 1)
    changed = table.numpy()
    changed[0] += 9.0
    table.assign(changed)
    np.testing.assert_allclose(logits(made, rows), before, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_order_says_something(kind: str) -> None:
    made = graph(kind, schema())
    one, other = logits(made, [[0, 2, 3, 4, 5], [0, 4, 3, 2, 5]])
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_s_history_has_an_answer(kind: str) -> None:
    assert np.isfinite(logits(graph(kind, schema()), [[0] * LENGTH])).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_s_vector_is_that_of_the_same_item_in_a_history(kind: str) -> None:
    from hone_trainer.backend.keras import keras

    made = graph(kind, schema())
    rows = {"before": np.array([[0, 2, 3, 4, 8]], np.int32)}
    vector = keras.Model(made.inputs, made.features["vector"])(rows).numpy()
    weights = {each.name: each.numpy() for each in made.whole.weights}
    (table,) = (each for name, each in weights.items() if "embedding_before" in name)
    (bias,) = (each for name, each in weights.items() if each.shape == (ITEMS,))
    expected = vector @ table[FIRST_KNOWN : FIRST_KNOWN + ITEMS].T + bias
    np.testing.assert_allclose(made.whole(rows)["item"].numpy(), expected, rtol=1e-4, atol=1e-4)
    few = made.heads["item"].logits_of(
        {name: keras.Model(made.inputs, each)(rows) for name, each in made.features.items()},
        np.array([[3, 0]]),
    )
    np.testing.assert_allclose(few.numpy(), expected[:, [3, 0]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("items", [2, 18, 30, 254, 255])
def test_a_shop_may_have_any_number_of_items(items: int) -> None:
    """Keras takes a row of int32 for a shape, and 19 to 254 ids are one that is too large."""
    learned = Learned(tuple(f"i{n}" for n in range(items)), np.arange(items, 0, -1.0))
    target = schema().targets[0]
    many = Target(name="item", task=target.task, learned=learned.dump())
    before = schema().fields[0].model_copy(update={"size": FIRST_KNOWN + items})
    made = graph("gru", Schema(fields=(before,), targets=(many,), rows=100))
    assert logits(made, [[0, 0, 2, 3, 2]]).shape == (1, items)


def test_single_ids_and_numbers_join_a_history() -> None:
    of = schema(
        user=Field(name="user", kind="id", size=9), price=Field(name="price", kind="number")
    )
    made = graph("gru", of)
    given = {"before": np.array([[0, 2, 3, 4, 5]] * 3, np.int32)}
    given["user"] = np.array([[2], [3], [2]], np.int32)
    given["price"] = np.array([[0.5], [0.5], [1.5]], np.float32)
    base, user, price = made.whole(given)["item"].numpy()
    assert np.abs(base - user).max() > 1e-3
    assert np.abs(base - price).max() > 1e-3


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ({"user": 1}, "there is none (user: 1): add a sequence to prepare.columns"),
        ({}, "there is none (none)"),
        ({"before": 5, "words": 9}, "sequences of one length (before: 5, words: 9)"),
    ],
)
def test_columns_without_one_history_are_refused(lengths: dict[str, int], said: str) -> None:
    model = AnyModel.model_validate({"recommendation": {"gru": {}}}).value.value
    (found,) = model.check(lengths)
    assert said in found
    fields = tuple(
        Field(name=name, kind="id", length=length, size=9) for name, length in lengths.items()
    )
    with pytest.raises(StageFailure) as refused:
        model.features({}, Schema(fields=fields))
    assert (refused.value.reason, refused.value.message) == ("LengthsDiffer", found)


def test_heads_have_to_divide_the_width() -> None:
    given = {"recommendation": {"transformer": {"embedding": 10, "heads": 4}}}
    with pytest.raises(ValueError, match="heads: must divide embedding without rest"):
        AnyModel.model_validate(given)


def test_a_network_cut_to_what_is_asked_for_keeps_what_may_be_answered() -> None:
    from hone_trainer.models.network import Network, Part
    from hone_trainer.models.table_subset import narrow

    of = schema()
    made = graph("gru", of)
    model = AnyModel.model_validate({"recommendation": {"gru": KINDS["gru"]}})
    network = Network(of, (Part(model, tuple(made.whole.get_weights())),))
    features: dict[str, Any] = {"before": np.array([[0, 2, 3, 9, 2]], np.int32)}
    cut, renumbered = narrow(network, features)
    assert cut.schema.ids[0].size == FIRST_KNOWN + ITEMS + 1
    answered = [list(each.answer(rows)) for each, rows in ((network, features), (cut, renumbered))]
    first, second = (each[0]["item"]["probabilities"] for each in answered)
    np.testing.assert_allclose(first, second, rtol=1e-5)
