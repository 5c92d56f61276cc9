"""Which arrays are taken over, and which of their rows: decided from two inventories alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.models.weight_inventory import Axis, Weight
from hone_trainer.rows.field import Field
from hone_trainer.store.chunked_array import whole
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned
from hone_trainer.train.taken_arrays import arrays
from hone_trainer.train.takeover import Side, Takeover, take_over

DENSE = AnyModel.model_validate({"generic": {"dense": {}}})
WORDS, INTENT = Axis("field", "words"), Axis("target", "intent")


def target(keys: str, kind: str = "classes") -> Target:
    """A choice among letters, the first of them the most frequent."""
    counts = np.arange(len(keys), 0, -1, dtype=np.float64)
    task = AnyTask.model_validate({kind: {"label": "intent"}})
    return Target(name="intent", task=task, learned=Learned(tuple(keys), counts).dump())


def side(
    known: str, keys: str = "xyz", width: int = 2, kind: str = "classes", **field: Any
) -> Side:
    """A table of words, a layer, a head; words are letters."""
    words = {"vocabulary": "text", "size": 2 + len(known), **field}
    schema = Schema(
        fields=(Field(name="words", kind="id", length=4, **words),), targets=(target(keys, kind),)
    )
    size, outputs = schema.fields[0].size, len(keys)
    weights = (
        Weight("embedding_words", "embeddings", (size, width), (WORDS, None)),
        Weight("dense0", "kernel", (width, 3), (None, None)),
        Weight("intent_logits", "kernel", (3, outputs), (None, INTENT)),
        Weight("intent_logits", "bias", (outputs,), (INTENT,)),
    )
    return Side(DENSE, schema, weights, {"text": list(known)})


def numbers(which: Side) -> list[Any]:
    """Arrays of such shapes, each number once."""
    found, begin = [], 0
    for weight in which.weights:
        count = int(np.prod(weight.shape))
        found.append(np.arange(begin, begin + count, dtype=np.float32).reshape(weight.shape))
        begin += count
    return found


def made(now: Side, then: Side) -> tuple[Takeover, dict[int, Any]]:
    found = take_over(now, then)
    given = arrays(found.taken, now.weights, numbers(then), now.schema)
    return found, {number: whole(array) for number, array in given.items()}


def test_words_and_classes_move_by_name_along_whichever_axis_they_stand() -> None:
    now, then = side("cxab", keys="zwx"), side("abc", keys="xyz")
    found, given = made(now, then)
    table, _, kernel, bias = numbers(then)
    mean = table[[4, 2, 3]].mean(axis=0)
    assert given[0].tolist() == [*table[[0, 1, 4]].tolist(), mean.tolist(), *table[[2, 3]].tolist()]
    assert given[2][:, 0].tolist() == kernel[:, 2].tolist()
    assert given[2][:, 2].tolist() == kernel[:, 0].tolist()
    np.testing.assert_allclose(given[2][:, 1], kernel[:, [2, 0]].mean(axis=1))
    assert given[3][[0, 2]].tolist() == bias[[2, 0]].tolist()
    assert given[3][1] == pytest.approx(np.log(2 / 6))  # how frequent it is, of its own rows
    assert found.rows == {WORDS: (3, 4), INTENT: (2, 3)}
    assert found.new == found.left == ()
    assert [each.whole for each in found.taken] == [False, True, False, False]


def test_what_nothing_changed_in_is_the_same_to_the_last_bit() -> None:
    both = side("abc")
    found, given = made(both, both)
    for number, array in enumerate(numbers(both)):
        assert given[number].tobytes() == array.tobytes()
    assert all(each.whole for each in found.taken)


@pytest.mark.parametrize(
    ("now", "then", "taken"),
    [
        (side("ab", hashed=True, vocabulary="", size=9),) * 2 + (True,),
        (
            side("ab", hashed=True, vocabulary="", size=9),
            side("ab", hashed=True, vocabulary="", size=8),
            False,
        ),
        (side("ab", pieces="one", vocabulary=""), side("ab", pieces="one", vocabulary=""), True),
        (side("ab", pieces="one", vocabulary=""), side("ab", pieces="two", vocabulary=""), False),
        (side("ab", vocabulary=""), side("ab", vocabulary=""), True),
        (side("ab", hashed=True, vocabulary=""), side("ab", vocabulary=""), False),
        (side("ab"), side("ab", hashed=True, vocabulary=""), False),
        (side("ab"), side("cd"), False),
    ],
)
def test_ids_without_a_vocabulary_mean_the_same_by_themselves_or_not_at_all(
    now: Side, then: Side, taken: bool
) -> None:
    found, given = made(now, then)
    assert (0 in given) is taken
    assert ("embedding_words/embeddings" in found.new) is not taken
    if taken:
        assert given[0].tobytes() == numbers(then)[0].tobytes()


def test_a_table_of_what_may_be_answered_moves_by_key_and_what_is_said_of_it_is_new() -> None:
    items, brands = Axis("field", "intent"), Axis("field", "items_brand")

    def described(keys: str) -> Side:
        own = (
            Weight("embedding_intent", "embeddings", (2 + len(keys), 2), (items, None)),
            Weight("embedding_items_brand", "embeddings", (9, 2), (brands, None)),
        )
        given = side("ab", keys=keys)
        return replace(given, weights=(*given.weights, *own))

    now, then = described("zwx"), described("xyz")
    found, given = made(now, then)
    table = numbers(then)[4]
    mean = table[[4, 2]].mean(axis=0)
    assert given[4].tolist() == [*table[[0, 1, 4]].tolist(), mean.tolist(), table[2].tolist()]
    assert found.new == ("embedding_items_brand/embeddings",)


def test_a_target_that_is_predicted_in_another_way_has_another_head() -> None:
    now, then = side("ab"), side("ab", kind="nextItem")
    assert take_over(now, then).new == ("intent_logits/kernel", "intent_logits/bias")


def test_layers_of_another_kind_of_model_read_something_else() -> None:
    linear = AnyModel.model_validate({"generic": {"linear": {}}})
    found = take_over(side("ab"), replace(side("ab"), model=linear))
    assert [each.now for each in found.taken] == [0]
    assert len(found.left) == 3


def test_another_width_is_refused_with_both_and_fresh_says_that_it_is_meant() -> None:
    now, then = side("ab", width=5), side("abc")
    with pytest.raises(StageFailure, match=r"embeddings\) is 5 x 2 there and 4 x 5 here: give"):
        take_over(now, then)
    found = take_over(now, then, ("embedding_words", "dense0"))
    assert [each.now for each in found.taken] == [2, 3]


def test_columns_in_another_order_are_refused() -> None:
    def ordered(*names: str) -> Side:
        fields = tuple(Field(name=name, kind="number") for name in names)
        given = side("ab")
        schema = given.schema.model_copy(update={"fields": (*given.schema.fields, *fields)})
        return replace(given, schema=schema)

    assert take_over(ordered("age", "new", "price"), ordered("age", "price", "old")).taken
    with pytest.raises(StageFailure, match=r"another order there \(words, age, price\): write"):
        take_over(ordered("price", "age"), ordered("age", "price"))


def test_nothing_in_common_is_refused() -> None:
    other = side("xy", keys="ab")
    weights = tuple(replace(each, layer=f"other_{each.layer}") for each in other.weights)
    with pytest.raises(StageFailure, match=r"nothing of the generic.dense there fits"):
        take_over(side("ab"), replace(other, weights=weights))


def test_a_table_none_of_whose_words_is_known_starts_by_chance() -> None:
    found = take_over(side("ab"), side("cd"))
    assert found.new == ("embedding_words/embeddings",)
    assert WORDS not in found.rows
