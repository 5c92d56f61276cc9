"""Numbers in groups of about equal size: what is compared without looking at every value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def group_ends(ordered: NDArray[np.float64], groups: int) -> NDArray[np.float64]:
    """Return the values that end all groups but the last: values that occur, each once.

    Args:
        ordered: sorted known values.
        groups: how many there are at most; equal values are never in two.
    """
    if not len(ordered):
        return ordered
    return np.unique(ordered[np.arange(1, groups) * len(ordered) // groups])
