"""The order of an epoch's rows, window by window."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Rows
from hone_trainer.tasks.learned import Targets
from hone_trainer.train.feed import HeldFeed, Portion
from hone_trainer.train.streamed_feed import StreamedFeed
from hone_trainer.train.units import PADDING, order_of
from hone_trainer.train.windows import windows_of
from tests.trainer.stepping import CLICKED

SEED = 11
COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any)


class Kept:
    """Blocks of rows that are called by their number."""

    def __init__(self, counts: list[int]) -> None:
        self.counts = np.array(counts, np.int64)

    @property
    def rows(self) -> Rows:
        """All of them."""
        numbers = np.arange(self.counts.sum(), dtype=np.int32)
        ones = np.ones(len(numbers), np.float32)
        ids = {"user": numbers[:, None], "item": numbers[:, None]}
        return Rows(ids, {"clicked": Targets(numbers.astype(np.int8), ones)})

    def read(self, block: int) -> Rows:
        """Return those of one."""
        start = int(self.counts[:block].sum())
        return self.rows.take(slice(start, start + int(self.counts[block])))


def streamed(counts: list[int], window: int) -> Any:
    blocks: Any = Kept(counts)
    return StreamedFeed(blocks, window)


def taken(portions: Iterator[Portion]) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of each step, and the rows that it takes, by what they hold themselves."""
    for portion in portions:
        held = portion.rows.features["user"][:, 0]
        assert np.array_equal(held, portion.numbers)
        for step, places in enumerate(portion.steps, portion.first):
            real = places[places != PADDING]
            yield step, held[real].tolist()


@settings(deadline=None)
@given(counts=COUNTS, most=st.integers(1, 30), epoch=st.integers(0, 3))
def test_windows_hold_every_block_once_and_no_more_rows_than_they_may(
    counts: list[int], most: int, epoch: int
) -> None:
    array = np.array(counts, np.int64)
    windows = windows_of(SEED, epoch, array, most)
    blocks = [block for window in windows for block in window.blocks]
    assert sorted(blocks) == np.flatnonzero(array).tolist()
    before = 0
    for window in windows:
        assert window.rows <= most or len(window.blocks) == 1
        assert (window.rows, window.before) == (array[list(window.blocks)].sum(), before)
        assert sorted(window.order) == list(range(window.rows))
        before += window.rows
    numbers = np.concatenate([window.numbers(array) for window in windows])
    assert sorted(numbers) == list(range(sum(counts)))


@settings(deadline=None, max_examples=60)
@given(
    counts=COUNTS,
    window=st.integers(1, 30),
    batch=st.integers(1, 40),
    first=st.integers(0, 60),
)
def test_steps_take_every_row_once_wherever_they_begin(
    counts: list[int], window: int, batch: int, first: int
) -> None:
    """Over the ends of windows; and whoever resumes gets what was left, in the same order."""
    rows, steps = sum(counts), -(-sum(counts) // batch)
    whole = list(taken(streamed(counts, window).portions(SEED, 1, batch, 0)))
    assert [step for step, _ in whole] == list(range(steps))
    assert sorted(row for _, chosen in whole for row in chosen) == list(range(rows))
    assert [len(chosen) for _, chosen in whole[:-1]] == [batch] * (steps - 1)
    first %= steps
    resumed = list(taken(streamed(counts, window).portions(SEED, 1, batch, first)))
    assert [each for each in resumed if each[0] >= first] == whole[first:]


@settings(deadline=None, max_examples=30)
@given(counts=COUNTS, batch=st.integers(1, 20), epoch=st.integers(0, 3))
def test_a_window_with_room_for_all_takes_them_as_if_they_were_held(
    counts: list[int], batch: int, epoch: int
) -> None:
    rows = sum(counts)
    held = list(taken(HeldFeed(Kept(counts).rows, CLICKED).portions(SEED, epoch, batch, 0)))
    assert list(taken(streamed(counts, rows).portions(SEED, epoch, batch, 0))) == held
    order = order_of(SEED, epoch, rows, batch)
    assert [chosen for _, chosen in held] == [row[row != PADDING].tolist() for row in order]


def test_epochs_that_follow_each_other_use_what_was_sent_for() -> None:
    """The first window of the next epoch is read while the last of this one is taken."""
    feed = streamed([5] * 6, 10)
    epochs = [
        [row for _, chosen in taken(feed.portions(SEED, e, 4, 0)) for row in chosen]
        for e in range(3)
    ]
    alone = [
        row for _, chosen in taken(streamed([5] * 6, 10).portions(SEED, 2, 4, 0)) for row in chosen
    ]
    assert epochs[2] == alone
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_rows_of_far_blocks_meet_in_one_batch() -> None:
    """Over epochs; within one only those of a window do."""
    feed = streamed([4] * 8, 8)
    met = {
        frozenset(row // 4 for row in chosen)
        for epoch in range(40)
        for _, chosen in taken(feed.portions(SEED, epoch, 8, 0))
    }
    assert len(met) > 20


def test_a_block_that_cannot_be_read_fails_the_step_that_wants_it() -> None:
    feed = streamed([5] * 6, 10)
    portions = feed.portions(SEED, 0, 4, 0)
    next(portions)

    def lost(block: int) -> Rows:
        raise StageFailure("ArtifactMissing", f"block {block} is gone")

    feed._blocks.read = lost
    with pytest.raises(StageFailure, match="is gone"):
        list(portions)
