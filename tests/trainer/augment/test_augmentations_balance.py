"""Both labels count the same, by weights, by repeating and by new rows."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.augment.balance import Balance
from hone_trainer.augment.balancing import MOST, Counts
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import WEIGHT
from tests.trainer.encoded import COUNTS, LABEL, Columns, one, rows, schema, shop

WAYS: dict[str, Any] = {"weights": {}, "repeat": {}, "smote": {"neighbours": 3}}


def balanced(way: str, given: Columns, counts: Counts | None = None, seed: int = 1) -> Columns:
    step = Balance.model_validate({"by": {way: WAYS[way]}})
    return step.rework(given, schema(given, counts), None, np.random.default_rng(seed))


@pytest.mark.parametrize("counts", [Counts(0, 2), Counts(2, 0)])
def test_one_label_alone_is_refused(counts: Counts) -> None:
    with pytest.raises(StageFailure, match="balance: column 'bought'") as failure:
        balanced("weights", rows(price=[1, 0], bought=[1, 1]), counts)
    assert failure.value.reason == "OneClass"


@pytest.mark.parametrize("way", ["repeat", "smote"])
@pytest.mark.parametrize("rarer", [0, 1])
def test_rows_without_a_label_are_no_rows_of_the_rarer_one(way: str, rarer: int) -> None:
    bought = [rarer] * 20 + [1 - rarer] * 60 + [None] * 40
    given = rows(price=np.arange(120.0), bought=bought)
    found = balanced(way, given)
    assert len(found["price"]) == 120 + 40
    assert found[COUNTS][120:].all()
    assert (found["price"][120:] < 20).all()


def test_weights_make_both_labels_count_the_same() -> None:
    given = shop(1000)
    found = balanced("weights", given)
    weights, labels = found[WEIGHT], found[LABEL]
    assert weights.dtype == np.float32
    assert weights.sum() == pytest.approx(1000, rel=1e-5)
    assert weights[labels == 1].sum() == pytest.approx(500, rel=1e-5)
    assert len(set(weights.tolist())) == 2
    assert all(found[name] is values for name, values in given.items())


def test_a_block_weighs_its_rows_by_the_counts_of_all() -> None:
    found = balanced("weights", rows(price=[1.0, 2.0], bought=[1, 1]), Counts(zeros=75, ones=25))
    assert found[WEIGHT].tolist() == [2, 2]


@pytest.mark.parametrize("way", ["repeat", "smote"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9])
def test_rows_are_added_until_labels_are_as_frequent(way: str, share: float) -> None:
    given = shop(2000, share)
    found = balanced(way, given)
    zeros, ones = np.bincount(found[LABEL])
    assert zeros == pytest.approx(ones, abs=1)
    # The rows themselves come first, as they were.
    for name, values in given.items():
        assert np.array_equal(found[name][:2000], values)
        assert found[name].dtype == values.dtype
        assert len(found[name]) == zeros + ones


@pytest.mark.parametrize("way", ["repeat", "smote"])
def test_a_block_gets_its_share_of_what_all_lack(way: str) -> None:
    given = rows(price=np.arange(300.0), bought=[1] * 100 + [0] * 200)
    found = balanced(way, given, Counts(zeros=600, ones=240))
    assert len(found["price"]) == 300 + 150
    # A part of a row is added by chance, so that many small blocks add up.
    few = rows(price=np.arange(3.0), bought=[1, 0, 0])
    counts = Counts(zeros=130, ones=100)
    added = [len(balanced(way, few, counts, seed)["price"]) - 3 for seed in range(400)]
    assert set(added) == {0, 1}
    assert np.mean(added) == pytest.approx(0.3, abs=0.07)


@pytest.mark.parametrize("way", ["repeat", "smote"])
@pytest.mark.parametrize("bought", [[], [0, 0], [1]])
def test_blocks_with_little_of_a_label_are_no_trouble(way: str, bought: list[int]) -> None:
    given = rows(price=np.arange(len(bought)) + 0.5, bought=bought)
    found = balanced(way, given, Counts(zeros=30, ones=10))
    assert len(found["price"]) == len(bought) + 2 * sum(bought)
    assert set(found["price"].tolist()) == set(given["price"].tolist())


@pytest.mark.parametrize("way", ["repeat", "smote"])
def test_a_block_of_nothing_but_the_rarer_label_does_not_grow_without_end(way: str) -> None:
    given = rows(price=np.arange(50.0), bought=[1] * 50)
    found = balanced(way, given, Counts(zeros=10_000_000, ones=50))
    assert len(found["price"]) == 50 + MOST * 50


def test_every_row_is_repeated_as_often_as_any_other_to_within_one() -> None:
    given = rows(price=np.arange(100.0), bought=[1] * 7 + [0] * 93)
    found = balanced("repeat", given)
    times = np.unique(found["price"][found[LABEL] == 1], return_counts=True)[1]
    assert len(times) == 7
    assert times.max() - times.min() <= 1


def test_what_else_a_row_has_is_repeated_with_it() -> None:
    given = shop(200) | {"member\x00": np.arange(200, dtype=np.int32)}
    found = balanced("repeat", given)
    for place in range(200, len(found["price"])):
        assert one(found, place) == one(given, int(found["member\x00"][place]))


@pytest.mark.parametrize("way", WAYS)
def test_the_same_draw_gives_the_same_rows(way: str) -> None:
    given = shop(400)
    found, again = balanced(way, given), balanced(way, given)
    assert all(np.array_equal(found[name], again[name]) for name in found)
