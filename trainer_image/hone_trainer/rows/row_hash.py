"""Chance that depends on a row's number and a seed, and on nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIDE = 1 << 20
"""Numbers hashed at a time."""
ALL = (1 << 64) - 1


def hash_numbers(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Hash by SplitMix64 (Steele, Lea and Flood 2014): a bijection, so there are no ties."""
    with np.errstate(over="ignore"):
        z = (numbers + np.uint64(seed % 2**32) * np.uint64(2**32)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def bounds(shares: Any) -> NDArray[np.uint64]:
    """Return for each share a bound below which that share of all hashes is; ``ALL`` from 1 on."""
    asked = np.clip(np.asarray(shares, np.float64), 0, 1)
    scaled = np.minimum(asked, 1 - 2.0**-53) * 2.0**64
    return np.where(asked < 1, scaled.astype(np.uint64), np.uint64(ALL))


def window(shares: Any, rows: Any) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return two bounds between which the hash at the end of a share of so many rows lies.

    Hashes are spread evenly: it lies within eight deviations but for a chance below 10^-14.

    Args:
        shares: parts of the rows, from 0 to 1.
        rows: how many rows there are; where that is not known, a smaller number will do.
    """
    slack = 8 * (shares * (1 - shares) / rows) ** 0.5 + 16 / rows
    return bounds(shares - slack), bounds(shares + slack)


def kth_smallest(rows: int, seed: int, count: int) -> int:
    """Return the bound below which the hashes of exactly ``count`` of the rows 0 to rows-1 are."""
    if count <= 0:
        return 0
    if count >= rows:
        return ALL
    low, high = window(count / rows, rows)
    below, near = 0, []
    for start in range(0, rows, STRIDE):
        numbers = np.arange(start, min(start + STRIDE, rows), dtype=np.uint64)
        hashes = hash_numbers(numbers, seed)
        below += int((hashes < low).sum())
        near.append(hashes[(hashes >= low) & (hashes <= high)])
    sought = np.sort(np.concatenate(near))
    return int(sought[count - below])


def sampled(rows: NDArray[np.int64], seed: int, share: float) -> NDArray[np.bool_]:
    """Say for each row number (n,) whether it is in a sample of about that share."""
    if share >= 1:
        return np.ones(len(rows), bool)
    chosen: NDArray[np.bool_] = hash_numbers(rows.astype(np.uint64), seed) < bounds(share)
    return chosen
