"""Workers outlive every job, and stop when there is nothing more to take."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from hone.cluster.port import Cluster, Key, Seen, Unavailable
from hone.control.worker import Outcome, work
from hone.control.workqueue import Workqueue
from tests.control.virtual import run
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START

KEY = Key("shop", "demo")


class Still:
    def now(self) -> datetime:
        return START


class Notes:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.told: list[Outcome] = []

    @contextmanager
    def __call__(self) -> Iterator[Callable[[Outcome], None]]:
        yield self.told.append


class Faulty(FakeCluster):
    """Fails a few times before it works."""

    def __init__(self, fault: Exception, times: int) -> None:
        super().__init__()
        self.fault, self.times = fault, times

    async def observe(self, key: Key) -> Seen | None:
        self.times -= 1
        if self.times >= 0:
            raise self.fault
        return await super().observe(key)


async def serve(cluster: Cluster, notes: Notes, seconds: float = 600) -> None:
    queue: Workqueue[Key] = Workqueue()
    serving = asyncio.create_task(work(queue, cluster, Still(), SITE, notes))
    queue.ring(KEY)
    await asyncio.sleep(seconds)
    queue.close()
    await serving


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Unavailable("no route"), "unavailable"), (RuntimeError("a bug"), "failed")],
)
def test_a_fault_is_tried_again_and_ends_nothing(fault: Exception, outcome: Outcome) -> None:
    cluster, notes = Faulty(fault, 3), Notes()
    run(serve(cluster, notes))
    assert notes.told == [outcome] * 3 + ["settled"]


def test_a_pass_at_hand_is_finished_before_the_worker_ends() -> None:
    class Slow(FakeCluster):
        async def observe(self, key: Key) -> Seen | None:
            await asyncio.sleep(30)
            return await super().observe(key)

    async def main() -> None:
        cluster = Slow()
        cluster.apply("shop", "demo", {"stages": [PREPARE]})
        await serve(cluster, Notes(), seconds=10)
        assert cluster.writes == 1

    run(main())
