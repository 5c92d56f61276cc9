"""Ranges of one long array, many at a time: how sequences of any length become rows of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def windows(
    codes: NDArray[np.int32], starts: NDArray[np.int64], ends: NDArray[np.int64], length: int
) -> NDArray[np.int32]:
    """Return (n, length): for each of n ranges of ``codes`` its last ones, padded at the front."""
    found = np.zeros((length, len(ends)), np.int32)
    wide = np.arange(len(ends))
    for back in range(1, length + 1):
        wide = wide[ends[wide] - starts[wide] >= back]
        if not len(wide):
            break
        found[length - back, wide] = codes[ends[wide] - back]
    return np.ascontiguousarray(found.T)


def spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indices of ranges, one range after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - sizes), sizes) + np.arange(total)
