"""The nearest neighbours of rows with numbers and ids, by comparing every pair.

Distances are added up column by column, so that any processor gives the same bits, and with them
the same neighbours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 128
"""Rows compared with all others at a time: what is in hand stays in the processor's cache."""


def nearest(
    numbers: list[NDArray[np.float32]], ids: list[NDArray[np.int32]], count: int
) -> NDArray[np.int64]:
    """Return for each row the places of its nearest neighbours, nearest first; itself is none.

    Args:
        numbers: columns (n,), at least one.
        ids: columns (n, length). Two different ids, or sequences, are as far apart as the median of
            the numbers' standard deviations.
        count: neighbours of each.

    Returns:
        (n, k) with k the count, or one less than the rows where there are no more; (1, 1) with
        itself for a single row.
    """
    rows = len(numbers[0])
    if rows == 1:
        return np.zeros((1, 1), np.int64)
    apart = np.float32(np.median([values.std(dtype=np.float64) for values in numbers]) ** 2)
    codes = [_codes(values) for values in ids]
    found = np.empty((rows, min(count, rows - 1)), np.int64)
    for start in range(0, rows, AT_ONCE):
        here = slice(start, min(start + AT_ONCE, rows))
        distance = np.zeros((here.stop - start, rows), np.float32)
        for values in numbers:
            distance += np.square(values[here, None] - values)
        for code in codes:
            distance += apart * (code[here, None] != code)
        places = np.arange(here.stop - start)
        distance[places, places + start] = np.inf
        for k in range(found.shape[1]):
            found[here, k] = distance.argmin(axis=1)
            distance[places, found[here, k]] = np.inf
    return found


def _codes(ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return (n,) a number for each different row of (n, length) ids."""
    if ids.shape[1] == 1:
        return ids[:, 0]
    return np.unique(ids, axis=0, return_inverse=True)[1].astype(np.int32).reshape(-1)
