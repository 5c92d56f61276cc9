"""The figures by which models are compared, in one place, so that every stage means the same.

They are a few lines of numpy: importing scikit-learn costs a pod more than a second, and the tests
hold these against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

CLIP = 1e-7
"""Probabilities are kept this far from 0 and 1, as Keras does, so that no row costs infinity."""


def accuracy(labels: Floats, probabilities: Floats) -> float:
    """Share of the rows on the right side of one half.

    Args:
        labels: array (rows,) of 0 and 1.
        probabilities: array (rows,) in [0, 1].
    """
    return float(np.mean(right(labels, probabilities)))


def auc(labels: Floats, probabilities: Floats) -> float:
    """Area under the ROC curve: the chance that a positive row ranks above a negative one.

    By the rank sum of Mann and Whitney (1947); ties count one half. Not a number where the labels
    are all alike.
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    above = midranks(probabilities)[labels > 0.5].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def log_loss(labels: Floats, probabilities: Floats) -> float:
    """Mean negative log likelihood per row, in nats."""
    p = np.clip(probabilities.astype(np.float64), CLIP, 1 - CLIP)
    return float(-np.mean(np.where(labels > 0.5, np.log(p), np.log1p(-p))))


FIGURES: dict[str, Callable[[Floats, Floats], float]] = {
    "accuracy": accuracy,
    "auc": auc,
    "logLoss": log_loss,
}


def measure(labels: Floats, probabilities: Floats) -> dict[str, float]:
    """Give every figure by its name."""
    return {name: figure(labels, probabilities) for name, figure in FIGURES.items()}


def right(labels: Floats, probabilities: Floats) -> NDArray[np.bool_]:
    """Say of each row whether it is on the right side of one half."""
    hits: NDArray[np.bool_] = (probabilities >= 0.5) == (labels > 0.5)
    return hits


def midranks(values: Floats) -> NDArray[np.float64]:
    """Give the rank of each value from 1; equal values share the mean of their ranks."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: NDArray[np.float64] = (last - (count - 1) / 2)[group]
    return ranks
