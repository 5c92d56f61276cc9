"""How long to wait before something counts as hung: stated for a quick machine, stretched by ours.

Every deadline of the room and of the tests goes through here. None of them is waited out where all
is well, so a stretched one costs nothing; one that is not makes a test fail because a neighbour is
loud or a processor old.
"""

import os
import subprocess
import sys
import time

_TRIALS = 5
_QUICK_S = 0.15
"""What the trials take on the quick machine that deadlines are stated for."""
_MOST = 10.0
"""More is no slow machine but one that stood still while we measured."""
_TRIAL = (sys.executable, "-I", "-S", "-c", "sum(n * n for n in range(200_000))")


_AGAIN_S = 60.0
"""A measurement is so old at most: who was alone when the tests began may have neighbours now."""
_measured: list[tuple[float, float]] = []
"""When the machine was measured last, and the largest factor so far."""


def factor() -> float:
    """Return how many times slower this machine is, at least 1: at its slowest since this process
    first asked, measured again where that is a minute ago.

    `HONE_PATIENCE` says it where whoever runs the tests knows better.
    """
    if said := os.environ.get("HONE_PATIENCE"):
        return max(1.0, float(said))
    begun = time.monotonic()
    when, largest = _measured[-1] if _measured else (-_AGAIN_S, 1.0)
    if begun - when < _AGAIN_S:
        return largest
    for _ in range(_TRIALS):
        subprocess.run(_TRIAL, check=True)
    ended = time.monotonic()
    _measured[:] = [(ended, min(max(largest, (ended - begun) / _QUICK_S), _MOST))]
    return _measured[-1][1]


def seconds(stated: float) -> float:
    """Return how long to wait here for what takes less than so many seconds on a quick machine."""
    return stated * factor()


def flag(stated: float) -> str:
    """Return the same as the option that kubectl and helm take."""
    return f"--timeout={seconds(stated):.0f}s"
