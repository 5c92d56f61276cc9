"""Ranges of one long array, against slices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.rows.windows import spread, windows

RANGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), max_size=8)
CODES = np.arange(100, 110, dtype=np.int32)


@settings(max_examples=80, deadline=None)
@given(RANGES, st.integers(1, 5))
def test_a_window_holds_the_end_of_its_range(ranges: list[list[int]], length: int) -> None:
    starts, ends = np.array(ranges, np.int64).reshape(-1, 2).T
    found = windows(CODES, starts, ends, length)
    assert found.shape == (len(ranges), length)
    assert found.flags["C_CONTIGUOUS"]
    for (start, end), row in zip(ranges, found.tolist(), strict=True):
        last = CODES[start:end][-length:].tolist()
        assert row == [0] * (length - len(last)) + last


@settings(max_examples=80, deadline=None)
@given(RANGES)
def test_ranges_follow_one_another(ranges: list[list[int]]) -> None:
    starts, ends = np.array(ranges, np.int64).reshape(-1, 2).T
    expected = [at for start, end in ranges for at in range(start, end)]
    assert spread(starts, ends - starts).tolist() == expected


@pytest.mark.parametrize("length", [1, 512])
def test_no_ranges_give_no_windows(length: int) -> None:
    nothing = np.zeros(0, np.int64)
    assert windows(CODES[:0], nothing, nothing, length).shape == (0, length)
