"""How long something may still take, by how fast it went so far."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST = 0.05
"""The share that has to be done first: what begins says little of what follows."""


class Pace:
    """Reckons the time that is left of work of which only the share that is done is known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, float] | None = None
        """Moment and share of when it was first asked: what goes on did not begin at nothing."""

    def remaining(self, fraction: float) -> float | None:
        """Return the seconds that are left; None where nobody can tell yet.

        Args:
            fraction: done, 0 to 1.
        """
        now = self._clock()
        if self._first is None:
            self._first = now, fraction
        begun, before = self._first
        if fraction - before < LEAST:
            return None
        return (now - begun) * (1 - fraction) / (fraction - before)
