"""Metrics and health: what the operator does, how fast, and whether it still does it.

Labels take their values from short fixed lists; no job, namespace or pod ever becomes one, so the
number of series does not grow with the cluster.
"""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from hone.api.status import JobStatus
from hone.cluster.port import Key, Seen
from hone.control.worker import Outcome

LAG_LIMIT = 5.0
"""Seconds that the event loop may be late before it counts as stuck."""
PASS_LIMIT = 300.0
"""Seconds that one pass may take: every request in it ends after 30."""
BEAT = 0.5
STATES = ("Pending", "Running", "Succeeded", "Failed", "Suspended")
OUTCOMES: tuple[Outcome, ...] = ("settled", "again", "unavailable", "failed")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Telemetry:
    """Everything that is measured.

    Args:
        queued: number of jobs that wait for a worker.
        clock: seconds that only ever go up.
    """

    def __init__(
        self, queued: Callable[[], int] = lambda: 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._states: dict[Key, str] = {}
        self._began: dict[int, float] = {}
        self._beat_at = clock()
        self.lag = 0.0
        self.leading = False
        self.ready = False
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._passes = Counter(
            "hone_reconciles", "Passes over jobs, by result.", ["result"], registry=self.registry
        )
        self._seconds = Histogram(
            "hone_reconcile_seconds", "Length of a pass.", buckets=BUCKETS, registry=self.registry
        )
        self._posts = Counter(
            "hone_progress_posts", "Posts of pods, by answer.", ["code"], registry=self.registry
        )
        for outcome in OUTCOMES:
            self._passes.labels(outcome)
        self._gauge("hone_queue_length", "Jobs that wait for a worker.", queued)
        self._gauge("hone_leader", "1 where this process acts.", lambda: self.leading)
        self._gauge("hone_event_loop_lag_seconds", "How late it was lately.", lambda: self.lag)
        jobs = Gauge("hone_jobs", "Jobs by state.", ["state"], registry=self.registry)
        for state in STATES:
            jobs.labels(state).set_function(self._counting(state))

    def noticed(self, key: Key, seen: Seen | None) -> None:
        """Count a job that was looked at, or is gone."""
        if seen is None:
            self._states.pop(key, None)
        else:
            self._states[key] = state_of(seen.world.status)

    def posted(self, code: int) -> None:
        """Count a post by the answer that it got."""
        self._posts.labels(str(code)).inc()

    @contextmanager
    def passing(self) -> Iterator[Callable[[Outcome], None]]:
        """Measure a pass; call what it gives with the result."""
        began, ticket = self._clock(), object()
        self._began[id(ticket)] = began
        try:
            yield lambda outcome: self._passes.labels(outcome).inc()
        finally:
            del self._began[id(ticket)]
            self._seconds.observe(self._clock() - began)

    async def beat(self) -> None:
        """Measure for ever how late the event loop is."""
        while True:
            began = self._clock()
            await asyncio.sleep(BEAT)
            self._beat_at = self._clock()
            self.lag = max(0.0, self._beat_at - began - BEAT)

    def ailments(self) -> list[str]:
        """Return what is wrong with this process; it should be restarted where anything is."""
        now, found = self._clock(), []
        silent = now - self._beat_at - BEAT
        if max(self.lag, silent) > LAG_LIMIT:
            found.append(f"the event loop is {max(self.lag, silent):.1f} s late")
        longest = now - min(self._began.values(), default=now)
        if longest > PASS_LIMIT:
            found.append(f"a pass has been running for {longest:.0f} s")
        return found

    def _gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        Gauge(name, text, registry=self.registry).set_function(read)

    def _counting(self, state: str) -> Callable[[], float]:
        return lambda: Tally(self._states.values())[state]


def state_of(status: JobStatus) -> str:
    """Return the state of a job as a whole."""
    table = (("Complete", "Succeeded"), ("Failed", "Failed"), ("Suspended", "Suspended"))
    for condition, state in table:
        if status.holds(condition):
            return state
    return "Running" if status.started_at else "Pending"
