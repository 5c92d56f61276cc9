"""How fast a training goes, where its time goes, and who holds the others up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.train.step_sums import Block

STRAGGLES = 1.5
"""A replica that takes so many times as long as the median holds the others up."""


class Throughput:
    """The timings of a training's steps.

    Args:
        workers: pods of the gang, of as many replicas each.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._blocks = 0
        self._steps = self._rows = self._seconds = 0.0
        self._feeding = self._computing = np.zeros(workers)

    def add(self, block: Block, steps: int, seconds: float) -> None:
        """Take note of a block of steps that took so many seconds here."""
        self._blocks += 1
        if self._blocks == 2:  # the first pays for compiling
            self._steps = self._rows = self._seconds = 0.0
            self._feeding = self._computing = np.zeros(self._workers)
        self._steps += steps
        self._rows += block.rows
        self._seconds += seconds
        self._feeding = self._feeding + steps * self._by_worker(block.feeding)
        self._computing = self._computing + steps * self._by_worker(block.computing)

    def figures(self) -> dict[str, float]:
        """Return rows per second, milliseconds per step, and the shares of input and of waiting."""
        if not self._seconds:
            return {}
        figures = {
            "rowsPerSecond": round(self._rows / self._seconds, 1),
            "stepMilliseconds": round(1000 * self._seconds / self._steps, 3),
        }
        if self._computing.any():
            figures["inputShare"] = round(float(self._feeding.mean()) / self._seconds, 4)
        if self._workers > 1:
            waiting = 1 - float(self._computing.mean()) / self._seconds
            figures["waitShare"] = round(min(1.0, max(0.0, waiting)), 4)
        return figures

    def workers(self) -> list[dict[str, float]]:
        """Give, for each worker, milliseconds a step for its input, and for its gradients."""
        steps = max(self._steps, 1.0)
        return [
            {"inputMilliseconds": round(1000 * f, 3), "computeMilliseconds": round(1000 * c, 3)}
            for f, c in zip(self._feeding / steps, self._computing / steps, strict=True)
        ]

    def warning(self) -> str:
        """Name the worker that holds the others up; empty where none does."""
        others = float(np.median(self._computing))
        slowest = int(np.argmax(self._computing))
        if self._workers < 2 or not others:
            return ""
        if self._workers == 2:
            others = float(self._computing.min())
        ratio = float(self._computing[slowest]) / max(others, 1e-9)
        return f"; worker {slowest} is {ratio:.1f}× slower" if ratio > STRAGGLES else ""

    def remaining(self, steps: int) -> float | None:
        """Return the seconds that so many steps may still take; None before anything is known."""
        return self._seconds / self._steps * steps if self._blocks > 1 else None

    def _by_worker(self, replicas: NDArray[np.float64]) -> NDArray[np.float64]:
        means: NDArray[np.float64] = replicas.reshape(self._workers, -1).mean(axis=1)
        return means
