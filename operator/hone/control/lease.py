"""Who is awake: of several operators one acts, the others stand by.

The rules are those of client-go. Time is measured by our own clock from the moment at which we saw
the record change, never by the times written in it: clocks of machines differ. The holder gives up
well before the others may take over, so two never act at once for long; and if they did, every
write is conditional and every name deterministic, so it would cost work and not truth.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from hone.cluster.lock import Holding, Lock
from hone.cluster.port import Conflict, Gone, Refused, Unavailable

log = logging.getLogger(__name__)


class Lost(Exception):
    """Somebody else may act now: stop at once."""


@dataclass(frozen=True)
class Terms:
    """How long is what."""

    seconds: int = 15
    """Others take over after so long without a sign of life."""
    give_up: float = 10.0
    """The holder stops after so long without being able to give one."""
    retry: float = 2.0
    """Between two tries, and between two signs of life."""


class Lease:
    """Our side of the election.

    Args:
        lock: the record.
        identity: our name; no other process may have it.
        terms: how long is what.
        clock: seconds that only ever go up.
        address: where the others reach us while we lead.
    """

    def __init__(
        self,
        lock: Lock,
        identity: str,
        terms: Terms | None = None,
        clock: Callable[[], float] = time.monotonic,
        address: str = "",
    ) -> None:
        self._lock = lock
        self._identity = identity
        self._terms = terms or Terms()
        self._clock = clock
        self._address = address
        self._seen: Holding | None = None
        self._seen_at = 0.0
        self._renewed_at = 0.0

    @property
    def leader(self) -> str:
        """Where whoever leads is reached, as it was seen last; empty where nobody else does."""
        seen = self._seen
        return seen.address if seen and seen.holder not in ("", self._identity) else ""

    async def acquire(self) -> None:
        """Wait until it is our turn."""
        while not await self._attempt():  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(self._pause())
        log.info("leading", extra={"identity": self._identity})

    async def hold(self) -> None:
        """Return signs of life for ever.

        Raises:
            Lost: it is not our turn any more, or nobody can tell.
        """
        while True:
            await asyncio.sleep(self._terms.retry)
            left = self._renewed_at + self._terms.give_up - self._clock()
            try:
                async with asyncio.timeout(max(left, 0.0)):
                    renewed = await self._attempt()
            except TimeoutError:
                renewed = False
            if renewed:
                continue
            if self._seen is not None and self._seen.holder != self._identity:
                raise Lost(f"{self._seen.holder or 'nobody'} holds the lease")
            if self._clock() >= self._renewed_at + self._terms.give_up:
                raise Lost(f"not renewed for {self._terms.give_up:g} s")

    async def release(self) -> None:
        """Let others act at once, if it is our turn; best effort."""
        try:
            found = await self._lock.read()
            if found is not None and found.holder == self._identity:
                await self._lock.write(replace(found, holder="", address="", seconds=1))
        except (Conflict, Gone, Refused, Unavailable) as error:
            log.warning("the lease was not released", extra={"what": str(error)})

    async def _attempt(self) -> bool:
        asked_at = self._clock()
        try:
            found = await self._lock.read()
            self._notice(found)
            if found is not None and self._others(found):
                return False
            self._seen = await self._lock.write(self._claim(found))
        except (Conflict, Gone):
            return False
        except (Refused, Unavailable) as error:
            log.warning("the lease is out of reach", extra={"what": str(error)})
            return False
        # Counted from before the write: the others count from after it.
        self._seen_at = self._renewed_at = asked_at
        return True

    def _notice(self, found: Holding | None) -> None:
        if found is None or self._seen is None or found.version != self._seen.version:
            self._seen, self._seen_at = found, self._clock()

    def _others(self, found: Holding) -> bool:
        if found.holder in ("", self._identity):
            return False
        return self._clock() < self._seen_at + found.seconds

    def _pause(self) -> float:
        """Return the seconds until the next try: no longer than until what we saw runs out."""
        left = self._seen_at + self._seen.seconds - self._clock() if self._seen else 0.0
        return min(left, self._terms.retry) if left > 0 else self._terms.retry

    def _claim(self, found: Holding | None) -> Holding:
        if found is None:
            return Holding(self._identity, self._terms.seconds, self._address)
        changes = found.holder != self._identity
        return Holding(
            holder=self._identity,
            seconds=self._terms.seconds,
            address=self._address,
            transitions=found.transitions + changes,
            version=found.version,
        )
