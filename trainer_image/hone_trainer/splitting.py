"""Which part of a data set a row belongs to.

A row's place depends on its number in the source and the seed, on nothing else: not on cleaning,
not on other rows' content. Rows are ranked by a hash, so that the shares are exact.
"""

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset import PARTS, Part


def assign(rows: int, validation: float, test: float, seed: int) -> NDArray[np.int8]:
    """Give each row's part as an index into ``PARTS``.

    Args:
        rows: how many there are.
        validation: share of the validation part.
        test: share of the test part.
        seed: another seed, another split.
    """
    rank = np.argsort(_hash(np.arange(rows, dtype=np.uint64), seed), kind="stable")
    held_out = round(rows * validation), round(rows * test)
    parts = np.full(rows, _index("train"), np.int8)
    parts[rank[: held_out[0]]] = _index("validation")
    parts[rank[held_out[0] : sum(held_out)]] = _index("test")
    return parts


def _index(part: Part) -> int:
    return PARTS.index(part)


def _hash(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Hash by SplitMix64 (Steele, Lea and Flood 2014): a bijection, so there are no ties."""
    with np.errstate(over="ignore"):
        z = (numbers + np.uint64(seed % 2**32) * np.uint64(2**32)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
