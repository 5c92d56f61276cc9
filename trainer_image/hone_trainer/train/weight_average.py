"""The mean of a training's weights at the ends of epochs (SWA, Izmailov et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store.chunked_array import ChunkedArray, InMemory, whole


def joined(
    mean: Sequence[ChunkedArray], count: int, weights: Sequence[ChunkedArray]
) -> tuple[ChunkedArray, ...]:
    """Return the mean of so many sets of weights and of one more.

    Args:
        mean: of those so far; empty where there are none.
        count: how many they are.
        weights: the one more. What is no float is taken from it as it is.
    """
    if not count:
        return tuple(weights)
    found: list[ChunkedArray] = []
    for before, after in zip(mean, weights, strict=True):
        new: NDArray[Any] = whole(after)
        if np.issubdtype(new.dtype, np.floating):
            old: NDArray[Any] = whole(before)
            new = (old + (new - old) / (count + 1)).astype(new.dtype)
        found.append(InMemory(new))
    return tuple(found)
