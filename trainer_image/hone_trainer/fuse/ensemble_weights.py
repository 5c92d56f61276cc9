"""The share of each member in a fused prediction, and the promise that fusing does no harm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.metrics.scores import Floats, accuracy

LEAST = 0.01
"""Members below this share cost size and time and change next to nothing: they are left out."""


@dataclass(frozen=True)
class Settled:
    """The shares that are used, and why."""

    shares: tuple[float, ...]
    """One per member, of sum 1; a member of share 0 is left out."""
    alone: int | None = None
    """The best member, where it is more accurate than all of them together."""

    def join(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the joint probabilities (rows,) of predictions (members, rows)."""
        joint: NDArray[np.float64] = np.asarray(self.shares) @ predictions
        return joint


def settle(fitted: tuple[float, ...], predictions: NDArray[np.float64], labels: Floats) -> Settled:
    """Drop negligible members; fall back to the best one where the fusion is less accurate.

    Args:
        fitted: what a fusion learned, one share per member.
        predictions: array (members, rows) of probabilities on the validation part.
        labels: array (rows,) of 0 and 1.
    """
    used = np.where(np.asarray(fitted) >= min(LEAST, max(fitted)), fitted, 0.0)
    fused = Settled(tuple((used / used.sum()).tolist()))
    accuracies = [accuracy(labels, predicted) for predicted in predictions]
    best = int(np.argmax(accuracies))
    if accuracy(labels, fused.join(predictions)) >= accuracies[best]:
        return fused
    alone = tuple(float(k == best) for k in range(len(predictions)))
    return Settled(alone, best)
