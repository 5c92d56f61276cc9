"""What is known of a block of training steps, apart from the framework that ran it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Block:
    """What a block of steps did, over all replicas."""

    last: int
    """Steps of the epoch that are done."""
    sums: NDArray[np.float64]
    """(2 x targets + 1,): summed losses and weights of each target, and rows."""
    stop: bool
    """Whether a pod of the gang was asked to stop."""
    feeding: NDArray[np.float64]
    """(replicas,): seconds a step that each replica waited for its rows."""
    computing: NDArray[np.float64]
    """(replicas,): seconds a step until each replica had its gradients, feeding included."""
    seen: NDArray[np.int32] | None = None
    """(steps, rows): what this pod gathered, where that is kept; ``PADDING`` for none."""

    @property
    def rows(self) -> float:
        """Rows that were trained on, with repeats."""
        return float(self.sums[-1])


def mean_losses(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean loss of each target, (targets,), from the sums of a block or an epoch."""
    losses, weights = sums[:-1].reshape(2, -1)
    means: NDArray[np.float64] = np.divide(
        losses, weights, out=np.zeros_like(losses), where=weights > 0
    )
    return means
