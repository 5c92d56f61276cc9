"""Every class has its share in every part, however rare it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from hone_trainer.splits.classes import Classes, classes
from hone_trainer.splits.stratified import MOST_CLASSES, StratifiedPlaces
from tests.trainer.blocks import block
from tests.trainer.splitting import ask, cut, place, shop

BY_LABEL: dict[str, dict[str, str]] = {"stratified": {}}
BY_KIND = {"stratified": {"column": "kind"}}


@pytest.mark.parametrize("way", [BY_LABEL, BY_KIND])
@pytest.mark.parametrize("rows", [50, 3000])
def test_each_class_has_its_share_to_within_a_row(
    way: dict[str, dict[str, str]], rows: int
) -> None:
    shopped = shop(rows)
    parts = place(way, [shopped], ask(rows))
    names, codes = classes(shopped, way["stratified"].get("column", "label"))
    for code in range(len(names)):
        mine = np.bincount(parts[codes == code], minlength=3)
        assert mine[1] == pytest.approx(mine.sum() * 0.1, abs=1)
        assert mine[2] == pytest.approx(mine.sum() * 0.2, abs=1.6)
    assert np.bincount(parts)[1:].tolist() == pytest.approx([rows * 0.1, rows * 0.2], abs=1)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=40),
    shares=st.sampled_from([(0.1, 0.1), (0.5, 0.49), (0.05, 0.3), (0.4, 0.05)]),
    seed=st.integers(0, 3),
)
def test_many_small_classes_make_up_the_whole_shares(
    sizes: list[int], shares: tuple[float, float], seed: int
) -> None:
    """A class of four rows has no tenth; of ten such classes, four rows are held out."""
    kinds = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    rows = block(kind=[f"k{kind}" for kind in kinds.tolist()])
    parts = place(BY_KIND, cut(rows, [len(kinds) // 3]), ask(len(kinds), *shares, seed))
    counts = np.bincount(parts, minlength=3)
    assert counts[1:].tolist() == pytest.approx([len(kinds) * share for share in shares], abs=1.5)
    for kind, size in enumerate(sizes):
        mine = np.bincount(parts[kinds == kind], minlength=3)
        assert mine[1] == pytest.approx(size * shares[0], abs=1)
        assert mine[2] == pytest.approx(size * shares[1], abs=2)


def test_rows_without_a_value_are_a_class_of_their_own() -> None:
    rows = block(kind=["a", None] * 200, label=[None, 1.0] * 200)
    for way in (BY_LABEL, BY_KIND):
        parts = place(way, [rows], ask(400))
        for first in (0, 1):
            assert np.bincount(parts[first::2]).tolist() == [140, 20, 40]


def test_classes_that_nobody_saw_stay_in_training() -> None:
    ends = np.array([2**63], np.uint64)
    places = StratifiedPlaces("kind", 3, ("a",), ends, ends)
    parts = places.of(block(kind=["a", "b"] * 50))
    assert 10 < (parts[::2] == 1).sum() < 40
    assert not parts[1::2].any()


@pytest.mark.parametrize(
    ("values", "names", "codes"),
    [
        (["b", "a", "b"], ("b", "a"), [0, 1, 0]),
        (["b", None, "a"], (None, "b", "a"), [1, 0, 2]),
        ([2, None, 1, 0.5], ("0.5", "1.0", "2.0", None), [2, 3, 1, 0]),
        ([-0.0, 0.0], ("0.0",), [0, 0]),
    ],
)
def test_values_are_classes(values: list[object], names: tuple[str, ...], codes: list[int]) -> None:
    found = classes(block(kind=values), "kind")
    assert (found[0], found[1].tolist()) == (names, codes)


def test_words_that_no_row_has_any_more_are_no_classes() -> None:
    rows = block(kind=["a", "b", "c"])
    assert classes(rows.keep(np.array([True, False, True])), "kind")[0] == ("a", "c")


@pytest.mark.parametrize("together", [True, False])
def test_too_many_classes_are_refused(together: bool) -> None:
    """Also where no block alone holds too many."""
    count = MOST_CLASSES + 1
    rows = block(kind=[f"k{number}" for number in range(count)])
    blocks = [rows] if together else cut(rows, [600])
    with pytest.raises(StageFailure, match="more than 1,000 different values") as failure:
        place(BY_KIND, blocks, ask(count))
    assert failure.value.reason == "TooManyClasses"


def test_a_thousand_classes_are_taken() -> None:
    rows = block(kind=[f"k{number % MOST_CLASSES}" for number in range(5000)])
    assert np.bincount(place(BY_KIND, [rows], ask(5000))).tolist() == [3500, 500, 1000]


def test_few_hashes_are_left_of_many_rows() -> None:
    from hone_trainer.splits.stratified import StratifiedSplit

    rows = 300_000
    label = (np.arange(rows) % 10 == 0).astype(float)
    many = Block(block(label=label).table, np.arange(rows), np.zeros(rows, np.int8))
    seen = StratifiedSplit().observe(many, ask(rows))
    assert seen.nbytes < 8 * rows / 30
    assert Classes.of([seen]).rows.tolist() == [270_000, 30_000]
    assert np.bincount(place(BY_LABEL, [many], ask(rows))).tolist() == [210_000, 30_000, 60_000]
