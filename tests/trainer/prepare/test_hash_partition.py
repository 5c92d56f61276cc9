"""Rows that are alike: who stays, whatever bucket and block they are in."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.columns.sequence import SequenceColumn
from hone_trainer.prepare.hash_partition import RECORD, bucket_of, buckets, repeated
from hone_trainer.prepare.passes.history import BUCKET_BYTES, ROW_BYTES, buckets_for


def records(*rows: tuple[int, int, int]) -> Any:
    return np.array(list(rows), RECORD)


@pytest.mark.parametrize(
    ("rows", "last", "gone"),
    [
        ([(7, 0, 0), (8, 1, 0)], False, []),
        ([(7, 0, 0), (7, 1, 0), (7, 2, 0)], False, [1, 2]),
        ([(7, 0, 0), (7, 1, 0), (7, 2, 0)], True, [0, 1]),
        ([(7, 0, 1), (7, 1, 0)], False, [0]),  # a held-out row never drops a training row
        ([(7, 5, 2), (7, 9, 1)], True, [5]),
        ([(7, 0, 0), (7, 1, 0), (7, 2, 1), (7, 3, 2)], True, [0, 2, 3]),
        ([], False, []),
    ],
)
def test_one_of_equal_rows_stays(rows: list[Any], last: bool, gone: list[int]) -> None:
    assert repeated(records(*rows), last).tolist() == gone


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=60), st.booleans())
def test_what_stays_is_what_a_loop_would_keep(rows: list[tuple[int, int]], last: bool) -> None:
    table = records(*[(key, number, part) for number, (key, part) in enumerate(rows)])
    best: dict[int, tuple[int, int]] = {}
    for number, (key, part) in enumerate(rows):
        mine = (part, -number if last else number)
        best[key] = min(mine, best.get(key, mine))
    kept = {abs(number) for _, number in best.values()}
    assert set(repeated(table, last).tolist()) == set(range(len(rows))) - kept


@pytest.mark.parametrize(
    ("rows", "count"), [(0, 1), (4_000_000, 1), (4_000_001, 2), (12_000_000, 4), (50_000_000, 16)]
)
def test_buckets_are_a_power_of_two_and_never_large(rows: int, count: int) -> None:
    assert buckets(rows) == count


@pytest.mark.parametrize("count", [1, 2, 16])
def test_every_hash_has_one_bucket_and_they_fill_evenly(count: int) -> None:
    hashes = np.random.default_rng(3).integers(0, 1 << 64, 32_000, np.uint64, endpoint=False)
    owner = bucket_of(hashes, count)
    sizes = np.bincount(owner, minlength=count)
    assert len(sizes) == count
    assert sizes.min() > 0.8 * len(hashes) / count


@pytest.mark.parametrize(("length", "count"), [(1, 32), (20, 128), (512, 2048)])
def test_the_longer_histories_are_the_fewer_fit_a_bucket(length: int, count: int) -> None:
    words = SequenceColumn(of="item", by="user", along="at", length=length)
    assert buckets_for(words, 50_000_000) == count
    assert 50_000_000 / count * (ROW_BYTES + 16 * length) <= BUCKET_BYTES
