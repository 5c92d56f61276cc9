"""Writes checkpoints in the background, seldom enough that training hardly notices.

One at a time: while one is on its way no other is due. What a checkpoint costs is measured, and the
next one waits until its cost has become a small share of the time since.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.train.checkpoints import NOT_FINITE, Checkpoints, Found, Groups

SHARE = 0.02
"""Most of the training's time that goes into checkpoints: half of what is promised to users."""
CONTENTION = 0.5
"""What a second in the background costs the training, where both want the same cores."""

_log = logging.getLogger("hone")


class AsyncCheckpointer:
    """Hands checkpoints to a thread of its own.

    Args:
        checkpoints: where they go.
        every: seconds between two of them, where they cost little.
        clock: seconds.
    """

    def __init__(
        self, checkpoints: Checkpoints, every: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._checkpoints = checkpoints
        self._every = every
        self._clock = clock
        self._last = clock()
        self._cost = 0.0
        self._thread: threading.Thread | None = None
        self._failed: BaseException | None = None

    def due(self, epoch_ends: bool = False) -> bool:
        """Say whether it is time; the end of an epoch is a good moment where it costs little.

        Raises:
            StageFailure: the last one could not be written.
        """
        if self._thread is not None and self._thread.is_alive():
            return False
        self._collect()
        pause = self._cost / SHARE
        since = self._clock() - self._last
        return since >= (pause if epoch_ends else max(self._every, pause))

    def save(
        self,
        step: int,
        facts: Mapping[str, Any],
        take: Callable[[], Groups],
        then: Callable[[Found], None] = lambda _: None,
    ) -> None:
        """Take the arrays now, and write them while the training goes on.

        Args:
            step: steps that are done.
            facts: see ``Checkpoints.write``.
            take: gives the arrays as they are at this moment; they must not change afterwards.
            then: told where they lie, in the background.
        """
        self._collect(wait=True)
        begun = self._clock()
        groups = take()
        taken = self._clock()

        def write() -> None:
            try:
                found = self._checkpoints.write(step, facts, groups)
                then(found)
            except StageFailure as failure:
                if failure.reason == NOT_FINITE:  # the training will find out, and go back
                    _log.warning("no checkpoint at step %s: %s", step, failure.message)
                else:
                    self._failed = failure
            except BaseException as error:
                self._failed = error
            self._cost = taken - begun + CONTENTION * (self._clock() - taken)

        self._last = begun
        self._thread = threading.Thread(target=write, name="checkpoint", daemon=True)
        self._thread.start()

    def flush(self) -> None:
        """Wait until nothing is on its way; raises what went wrong."""
        self._collect(wait=True)

    def _collect(self, wait: bool = False) -> None:
        if self._thread is not None:
            if wait:
                self._thread.join()
            if not self._thread.is_alive():
                self._thread = None
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
