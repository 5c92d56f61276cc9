"""Ranks and the area under the ROC curve of plain columns, as the data report measures them.

They are a few lines of numpy: importing scikit-learn costs a pod more than a second, and the tests
hold these against it. The figures of models are in ``metrics.METRICS``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def auc(labels: Floats, scores: Floats) -> float | None:
    """Area under the ROC curve: the chance that a positive row ranks above a negative one.

    By the rank sum of Mann and Whitney (1947); ties count one half. None where the labels are all
    alike.

    Args:
        labels: array (rows,) of 0 and 1.
        scores: array (rows,).
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return None
    above = midranks(scores)[labels > 0.5].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def midranks(values: Floats) -> NDArray[np.float64]:
    """Return the rank of each value from 1; equal values share the mean of their ranks."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: NDArray[np.float64] = (last - (count - 1) / 2)[group]
    return ranks
