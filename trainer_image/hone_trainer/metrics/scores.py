"""The figures by which models are compared, in one place, so that every stage means the same.

A figure that cannot be known is None, and there is a reason: never a number that is none.

They are a few lines of numpy: importing scikit-learn costs a pod more than a second, and the tests
hold these against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Figures = dict[str, float | None]

CLIP = 1e-7
"""Probabilities are kept this far from 0 and 1, as Keras does, so that no row costs infinity."""


def accuracy(labels: Floats, probabilities: Floats) -> float:
    """Share of the rows on the right side of one half.

    Args:
        labels: array (rows,) of 0 and 1.
        probabilities: array (rows,) in [0, 1].
    """
    return float(np.mean(right(labels, probabilities)))


def auc(labels: Floats, probabilities: Floats) -> float | None:
    """Area under the ROC curve: the chance that a positive row ranks above a negative one.

    By the rank sum of Mann and Whitney (1947); ties count one half. None where the labels are all
    alike.
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return None
    above = midranks(probabilities)[labels > 0.5].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def log_loss(labels: Floats, probabilities: Floats) -> float:
    """Mean negative log likelihood per row, in nats."""
    p = np.clip(probabilities.astype(np.float64), CLIP, 1 - CLIP)
    return float(-np.mean(np.where(labels > 0.5, np.log(p), np.log1p(-p))))


FIGURES: dict[str, Callable[[Floats, Floats], float | None]] = {
    "accuracy": accuracy,
    "auc": auc,
    "logLoss": log_loss,
}


def measure(labels: Floats, probabilities: Floats) -> Figures:
    """Give every figure by its name; None for those of ``unknown``."""
    if not np.isfinite(probabilities).all():
        return dict.fromkeys(FIGURES)
    return {name: figure(labels, probabilities) for name, figure in FIGURES.items()}


def unknown(labels: Floats, probabilities: Floats, part: str) -> dict[str, str]:
    """Give the figures that cannot be known -> why, and what helps.

    Args:
        labels: array (rows,) of 0 and 1.
        probabilities: array (rows,) in [0, 1], as far as the model gives numbers.
        part: what the rows are called.
    """
    bad = int((~np.isfinite(probabilities)).sum())
    if bad:
        why = f"the model gives no number for {bad} of {len(labels)} rows of the {part} part"
        return dict.fromkeys(FIGURES, f"{why} (train it anew)")
    if len(set(labels.tolist())) < 2:
        why = f"all {len(labels)} rows of the {part} part have the label {labels[0]:.0f}"
        return {"auc": f"{why} (split them so that both labels are in it)"}
    return {}


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
