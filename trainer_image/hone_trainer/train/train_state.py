"""How far a training is: everything but the arrays that has to survive a restart."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

TRACE_LIMIT = 2048
"""Points of the loss curve that are kept."""


@dataclass
class TrainState:
    """The facts of a training after so many steps."""

    step: int = 0
    """Steps done, over all epochs."""
    window: int = 0
    """Rows that are in memory at a time, of which the order of all hangs; 0 for all."""
    sums: list[float] = field(default_factory=list)
    """Those of the epoch under way, see ``Block.sums``; empty before its first block."""
    seconds: float = 0.0
    """Time that the epoch under way has taken."""
    history: list[dict[str, float]] = field(default_factory=list)
    """The figures of every finished epoch."""
    fitted: list[dict[str, dict[str, float]]] = field(default_factory=list)
    """Of every finished epoch, target -> calibration, in JSON values."""
    costs: list[float] = field(default_factory=list)
    """What each finished epoch costs on the validation part, see ``Validation.cost``."""
    best_epoch: int = 0
    """The epoch that would be kept if the training ended here; 0 before the first."""
    averaged: int = 0
    """Epochs after which the weights were taken into the mean."""
    rate: float = 1.0
    """What the learning rate is multiplied by, after rollbacks."""
    rollbacks: int = 0
    start: dict[str, Any] = field(default_factory=dict)
    """What it started from, see ``Beginning.facts``: what lies there may be another by now."""
    trace: list[tuple[int, float]] = field(default_factory=list)
    """(step, mean loss of the block that ended there)."""

    @property
    def epochs(self) -> int:
        """Epochs that are done."""
        return len(self.history)

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def load(cls, facts: dict[str, Any]) -> Self:
        """Read the JSON form."""
        trace = [(int(step), float(loss)) for step, loss in facts["trace"]]
        return cls(**facts | {"trace": trace})

    def add(self, steps: int, sums: NDArray[np.float64], loss: float) -> None:
        """Take note of a block of steps and of their mean loss."""
        self.step += steps
        before = self.sums or [0.0] * len(sums)
        self.sums = [old + float(new) for old, new in zip(before, sums, strict=True)]
        self.trace.append((self.step, loss))
        if len(self.trace) > TRACE_LIMIT:
            self.trace = self.trace[::-2][::-1]  # every other, and always the last

    def end_epoch(
        self,
        figures: dict[str, float],
        fitted: dict[str, dict[str, float]] | None = None,
        cost: float = inf,
    ) -> None:
        """Take note of an epoch's end; what follows belongs to the next."""
        self.fitted.append(fitted or {})
        self.costs.append(cost)
        own = {"epoch": self.epochs + 1}
        self.history.append(own | figures | {"seconds": round(self.seconds, 3)})
        self.sums, self.seconds = [], 0.0
