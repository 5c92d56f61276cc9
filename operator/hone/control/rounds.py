"""What no watch told: a slow round finds the jobs that are not as they were when looked at last.

Watches lose events now and then. A pass is a function of what it reads and of the time, and says
itself when time alone will change what follows; so where everything is still at the version at
which it was read, another pass would find nothing, and the job is left alone. A round costs a few
lists of metadata, however many jobs wait for a GPU or have ended long ago.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from hone.cluster.port import Key, Mark, Seen, Unavailable

log = logging.getLogger(__name__)

Marks = Callable[[], Awaitable[Mapping[Key, Mark]]]
"""Gives the marks of all jobs there are."""


class Rounds:
    """Knows how every job looked.

    Args:
        ring: called with each job that has to be looked at.
    """

    def __init__(self, ring: Callable[[Key], None]) -> None:
        self._ring = ring
        self._known: dict[Key, Mark] = {}

    def noticed(self, key: Key, seen: Seen | None) -> None:
        """Take note of a look at a job; None where it is gone."""
        if seen is None:
            self._known.pop(key, None)
        else:
            self._known[key] = seen.mark

    def compare(self, there: Mapping[Key, Mark]) -> None:
        """Ring for whatever is new, gone, or not as it was."""
        changed = {key for key, mark in there.items() if self._known.get(key) != mark}
        for key in sorted(changed | (self._known.keys() - there.keys())):
            self._ring(key)

    async def walk(self, marks: Marks, every: timedelta) -> None:
        """Compare again and again."""
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                self.compare(await marks())
            except Unavailable as error:
                log.warning("jobs could not be listed", extra={"what": str(error)})
