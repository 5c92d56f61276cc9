"""What a long piece of work says before it ends, within the pod that leads.

A compressed file or the result of a query is one piece that may take an hour. Work that runs in
another pod is heard of when it ends: what it would say is not worth a connection of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hear = Callable[[int, float, int], None]
"""Takes the index of the work, the share of it that is done (0 where nobody knows), and rows."""

_listeners: list[Hear] = []


@contextmanager
def heard_by(hear: Hear) -> Iterator[None]:
    """Have somebody hear what work of this process says, from whichever thread it says it."""
    _listeners.append(hear)
    try:
        yield
    finally:
        _listeners.remove(hear)


def say(index: int, share: float, rows: int) -> None:
    """Tell how far a piece of work is, where somebody listens."""
    for hear in tuple(_listeners):
        hear(index, share, rows)
