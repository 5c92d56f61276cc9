"""What the two processes of a pod tell each other, through a page of shared memory.

The process that trains may be deep inside TensorFlow, with Python's lock in its hands: signals and
pipes would wait for it. Memory does not. The guardian writes one word (asked to stop), the worker
the others: that it listens, that it is alive, and how long its silence may last. Words are written
as a whole: ``struct.pack_into`` would fill them with zeros first, and a beat read at that moment
would look like a silence since the machine was started.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Iterator
from contextlib import contextmanager

_ASKED, _LISTENING, _BEAT, _PATIENCE = range(4)


class Heartbeat:
    """A page of memory that survives ``fork``; every word has one writer."""

    def __init__(self) -> None:
        self._words = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("d")

    @property
    def asked(self) -> bool:
        """Whether somebody asked the pod to stop."""
        return self._get(_ASKED) > 0

    def ask(self) -> None:
        """Ask the worker to stop at the next good moment."""
        self._set(_ASKED, 1.0)

    @property
    def listening(self) -> bool:
        """Whether the worker will look at ``asked`` before long."""
        return self._get(_LISTENING) > 0

    @contextmanager
    def listens(self, patience: float) -> Iterator[None]:
        """Promise to look at ``asked`` and to beat, at least every ``patience`` seconds."""
        with self.beats(patience):
            self._set(_LISTENING, 1.0)
            try:
                yield
            finally:
                self._set(_LISTENING, 0.0)

    @contextmanager
    def beats(self, patience: float) -> Iterator[None]:
        """Promise to beat at least every ``patience`` seconds; whoever asks ends it at once."""
        self.promise(patience)
        try:
            yield
        finally:
            self._set(_PATIENCE, 0.0)

    def promise(self, patience: float) -> None:
        """Beat, and let the silence that follows last so many seconds at most."""
        self.beat()
        self._set(_PATIENCE, patience)

    def beat(self) -> None:
        """Say that work goes on."""
        self._set(_BEAT, time.monotonic())

    @property
    def silence(self) -> float:
        """Seconds since the last beat; 0 while nothing was promised."""
        return time.monotonic() - self._get(_BEAT) if self._get(_PATIENCE) else 0.0

    @property
    def hung(self) -> bool:
        """Whether the silence has lasted longer than was promised."""
        patience = self._get(_PATIENCE)
        return patience > 0 and self.silence > patience

    def _get(self, at: int) -> float:
        value: float = self._words[at]
        return value

    def _set(self, at: int, value: float) -> None:
        self._words[at] = value
