"""How far a search for a smaller model is: candidates done of all, and the time that is left.

What is left is reckoned in seconds: so many epochs of training, conversions and measurements, each
as long as those so far took, and as is usual while none was seen. So the share that is told moves
with the clock, whatever the candidates are: one without training takes no time to make, and the
first conversions wait for a process that imports TensorFlow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

CONVERSIONS = 2
"""Conversions at the same time, beside the training of the next candidate."""
USUAL = {"setup": 2.0, "epoch": 1.0, "start": 6.0, "conversion": 3.0, "measurement": 0.5}
"""Seconds of each before any was seen: of a small model on two cores. ``setup`` is of a training,
``start`` of the process that converts."""
DONE, ALL = "candidatesDone", "candidates"
"""Figures that are shown meanwhile."""


class Progress(Protocol):
    """Tells the world; see ``Context.progress``."""

    def __call__(
        self, fraction: float, message: str, metrics: dict[str, float], remaining: float
    ) -> None:
        """Tell how far it is."""


@dataclass
class Pace:
    """How long things of one kind take."""

    usual: float
    seconds: float = 0.0
    count: float = 0.0

    @property
    def each(self) -> float:
        """Seconds of one: as seen, the usual counting as half of one."""
        return (0.5 * self.usual + self.seconds) / (0.5 + self.count)

    def saw(self, seconds: float, count: float = 1.0) -> None:
        """Take note of how long so many took."""
        self.seconds, self.count = self.seconds + seconds, self.count + count


class Course:
    """The course of a search. Conversions report from threads of their own.

    Args:
        names: the model as it came, then the candidates.
        epochs: of training, that each takes.
        post: tells the world.
        clock: seconds, from any moment on.
    """

    def __init__(
        self,
        names: Sequence[str],
        epochs: Sequence[float],
        post: Progress,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names, self._post, self._clock = names, post, clock
        self._epochs = list(epochs)
        """Still to come, of each."""
        self._paces = {kind: Pace(usual) for kind, usual in USUAL.items()}
        self._converted = self._measured = 0
        self._running: list[float] = []
        """When each conversion began that is at work."""
        self._begun, self._told = clock(), 0.0
        self._lock = threading.Lock()

    def extend(self, names: Sequence[str], epochs: Sequence[float]) -> None:
        """Take on more candidates, with the epochs that each is trained for."""
        self._names, self._epochs = [*self._names, *names], [*self._epochs, *epochs]

    @contextmanager
    def making(self, k: int) -> Iterator[Callable[[float, str], None]]:
        """Make a candidate; gives what tells of the share that is done of it."""
        whole = self._epochs[k]
        seen = self._clock() + (self._paces["setup"].each if whole else 0.0)
        self._tell(f"making {self._called(k)}")

        def tell(fraction: float, message: str) -> None:
            nonlocal seen
            left, now = whole * (1 - fraction), self._clock()
            if left < self._epochs[k]:
                self._paces["epoch"].saw(max(now - seen, 0.0), self._epochs[k] - left)
            self._epochs[k], seen = left, now
            self._tell(f"making {self._called(k)}: {message}")

        yield tell
        self._epochs[k] = 0.0

    @contextmanager
    def converting(self) -> Iterator[None]:
        """Convert a candidate; also where that fails."""
        begun = self._clock()
        with self._lock:
            self._running.append(begun)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(begun)
                first = self._converted < CONVERSIONS
                spent = self._clock() - begun - (self._paces["start"].each if first else 0.0)
                self._paces["conversion"].saw(max(spent, 0.0))
                self._converted += 1

    def fell_out(self) -> None:
        """A candidate could not be made: nothing is left to do of it but to say so."""
        with self._lock:
            self._converted += 1

    def waiting(self) -> None:
        """Wait for conversions."""
        self._tell(f"converting, {max(self._converted - 1, 0)} of {self._count} candidates done")

    @contextmanager
    def measuring(self, k: int) -> Iterator[None]:
        """Measure a candidate."""
        begun = self._clock()
        self._tell(f"measuring {self._called(k)}")
        yield
        self._paces["measurement"].saw(self._clock() - begun)
        self._measured += 1

    @property
    def _count(self) -> int:
        return len(self._names) - 1

    def _called(self, k: int) -> str:
        return f"candidate {k} of {self._count}, {self._names[k]}" if k else "the model as it came"

    def _left(self) -> float:
        """Return the seconds that are left."""
        each = {kind: pace.each for kind, pace in self._paces.items()}
        trainings = sum(epochs > 0 for epochs in self._epochs)
        training = each["setup"] * trainings + each["epoch"] * sum(self._epochs)
        conversions = len(self._names) - self._converted
        one = each["conversion"] + (each["start"] if self._converted == 0 else 0.0)
        spent = sum(min(self._clock() - begun, one) for begun in self._running)
        # In the end one is waited for alone, however many could be at work.
        rest = conversions * each["conversion"] + CONVERSIONS * (one - each["conversion"]) - spent
        converting = max(rest, 0.0) / min(CONVERSIONS, max(conversions, 1))
        measuring = each["measurement"] * (len(self._names) - self._measured)
        # What has been made is converted while the next is trained; the last one is waited for.
        last = each["conversion"] if trainings and conversions else 0.0
        return max(training + last, converting) + measuring

    def _tell(self, message: str) -> None:
        with self._lock:
            left = self._left()
            done = {DONE: float(max(self._converted - 1, 0)), ALL: float(self._count)}
        spent = self._clock() - self._begun
        # Never backwards: what turns out to be longer is told by the time that is left.
        self._told = max(self._told, spent / (spent + left) if spent + left else 0.0)
        self._post(self._told, message, done, left)
