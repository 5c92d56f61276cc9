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
    """(3,): loss, hits and rows, summed."""
    stop: bool
    """Whether a pod of the gang was asked to stop."""
    feeding: NDArray[np.float64]
    """(replicas,): seconds a step that each replica waited for its rows."""
    computing: NDArray[np.float64]
    """(replicas,): seconds a step until each replica had its gradients, feeding included."""
    seen: NDArray[np.int32] | None = None
    """(steps, rows): what this pod gathered, where that is kept; ``PADDING`` for none."""
