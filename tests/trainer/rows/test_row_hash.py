"""Chance that anybody can draw again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.rows import row_hash
from hone_trainer.rows.row_hash import ALL, bounds, hash_numbers, kth_smallest, sampled, window


def numbers(count: int, first: int = 0) -> np.ndarray:
    return np.arange(first, first + count, dtype=np.uint64)


def test_hashes_are_those_of_splitmix64() -> None:
    """The first outputs of its author's program for the seed 0."""
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert hash_numbers(numbers(3, 1), 0).tolist() == published


def test_no_two_numbers_have_the_same_hash() -> None:
    assert len(np.unique(hash_numbers(numbers(200_000), 7))) == 200_000


def test_hashes_are_spread_evenly() -> None:
    for seed in range(3):
        found = hash_numbers(numbers(100_000), seed) >> np.uint64(60)
        assert np.bincount(found.astype(np.int64)) == pytest.approx(6250, abs=400)


@settings(deadline=None, max_examples=200)
@given(rows=st.integers(1, 3000), seed=st.integers(0, 2**40), share=st.floats(0, 1))
def test_exactly_so_many_hashes_are_below_the_kth(rows: int, seed: int, share: float) -> None:
    count = round(rows * share)
    bound = kth_smallest(rows, seed, count)
    hashes = hash_numbers(numbers(rows), seed)
    assert (hashes < np.uint64(bound)).sum() == count
    assert bound in (0, ALL) or bound == np.sort(hashes)[count]


def test_the_kth_does_not_depend_on_how_many_are_hashed_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = kth_smallest(10_000, 5, 1234)
    monkeypatch.setattr(row_hash, "STRIDE", 77)
    assert kth_smallest(10_000, 5, 1234) == whole


@pytest.mark.parametrize(
    ("share", "bound"),
    [(-0.5, 0), (0.0, 0), (0.5, 1 << 63), (1 - 2**-53, ALL - 2047), (1.0, ALL), (3.0, ALL)],
)
def test_a_share_has_a_bound(share: float, bound: int) -> None:
    assert int(bounds(share)) == bound
    assert bounds([share, 0.25]).tolist() == [bound, 1 << 62]


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.97])
def test_the_end_of_a_share_lies_in_its_window(share: float) -> None:
    for rows in (1, 2, 10, 1000, 30_000):
        low, high = window(share, rows)
        kth = np.uint64(kth_smallest(rows, 11, round(rows * share)))
        assert low <= kth <= high


def test_a_window_is_small_where_rows_are_many() -> None:
    low, high = window(0.1, np.array([10, 1_000_000]))
    assert ((high - low) / 2.0**64).tolist() == pytest.approx([1, 0.0048], abs=0.0002)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.999, 1.0, 7.5])
def test_a_sample_has_about_its_share(share: float) -> None:
    rows = np.arange(50_000)
    chosen = sampled(rows, 3, share)
    assert chosen.mean() == pytest.approx(min(1, share), abs=0.01)
    # Who is in it does not depend on who else was asked.
    assert np.array_equal(chosen[1000:1100], sampled(rows[1000:1100], 3, share))


def test_smaller_samples_are_parts_of_larger_ones() -> None:
    rows = np.arange(10_000)
    small, large = sampled(rows, 3, 0.1), sampled(rows, 3, 0.2)
    assert not (small & ~large).any()
    assert (small != sampled(rows, 4, 0.1)).any()
