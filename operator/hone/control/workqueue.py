"""A queue of keys: each is worked on by one worker at a time, once however often it was rung.

The rules are those of client-go's workqueue: a key that rings while it is being worked on comes
again afterwards; one that fails comes back later and later; a closed queue hands out nothing more.
One rule is ours: whoever takes a key settles what was wished for later, for every pass says anew
when to look again. Without it, each write of a status would cost two passes.
"""

import asyncio
from collections.abc import Hashable
from datetime import timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

FIRST_DELAY = 0.5
LAST_DELAY = 60.0


class Closed(Exception):
    """The queue hands out nothing more."""


class Workqueue(Generic[K]):
    """Keys that want attention, now or later."""

    def __init__(self) -> None:
        self._ready: asyncio.Queue[K | None] = asyncio.Queue()
        self._closed = False
        self._waiting: set[K] = set()
        self._working: set[K] = set()
        self._rang: set[K] = set()
        self._failures: dict[K, int] = {}
        self._timers: dict[K, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """Number of keys that wait to be worked on at this moment."""
        return len(self._waiting)

    def ring(self, key: K) -> None:
        """Ask for attention now."""
        if self._closed:
            return
        if key in self._working:
            self._rang.add(key)
        elif key not in self._waiting:
            self._waiting.add(key)
            self._ready.put_nowait(key)

    def ring_later(self, key: K, delay: timedelta) -> None:
        """Ask for attention after a while; of several such wishes the earliest counts."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + max(delay.total_seconds(), 0.0)
        timer = self._timers.get(key)
        if timer is not None:
            if timer.when() <= at:
                return
            timer.cancel()
        self._timers[key] = loop.call_at(at, self._due, key)

    async def take(self) -> K:
        """Wait for the next key; say ``done`` when its work is finished.

        Raises:
            Closed: there will be none.
        """
        key = await self._ready.get()
        if key is None or self._closed:
            self._ready.put_nowait(None)
            raise Closed
        self._waiting.discard(key)
        self._working.add(key)
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        return key

    def done(self, key: K, *, failed: bool = False) -> None:
        """Return the key back; a failed one comes again by itself, later each time."""
        self._working.discard(key)
        if failed:
            count = self._failures.get(key, 0)
            self._failures[key] = count + 1
            self.ring_later(key, timedelta(seconds=min(FIRST_DELAY * 2**count, LAST_DELAY)))
        else:
            self._failures.pop(key, None)
        if key in self._rang:
            self._rang.discard(key)
            self.ring(key)

    def close(self) -> None:
        """Hand out nothing more; what is being worked on may be finished."""
        self._closed = True
        self._ready.put_nowait(None)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _due(self, key: K) -> None:
        self._timers.pop(key, None)
        self.ring(key)
