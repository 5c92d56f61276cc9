"""From a post to the record, through the loop itself: what was said last is what is written."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from hone.cluster.port import Caller, Key, Seen
from hone.control.progress import ProgressBoard, Reception
from hone.control.worker import work
from hone.control.workqueue import Workqueue
from hone.plan.figures import PAUSE
from tests.control.virtual import now, run
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START, child

KEY = Key("shop", "demo")
SAID = ((0.0, 0), (0.2, 5), (0.9, 30), (1.1, 60))
"""When, and how far: a burst, and then nothing for long."""


class Passing:
    """The time of the loop."""

    def now(self) -> datetime:
        return START + timedelta(seconds=now())


class Heard(FakeCluster):
    """A cluster that sees what lies on the board."""

    board: ProgressBoard

    async def observe(self, key: Key) -> Seen | None:
        self.progress[key] = dict(self.board.of(key))
        return await super().observe(key)


@pytest.mark.parametrize("delay", [timedelta(0), PAUSE], ids=["on a laptop", "in a cluster"])
def test_the_last_post_of_a_burst_is_in_the_record_soon(delay: timedelta) -> None:
    async def main() -> None:
        cluster, queue = Heard(), Workqueue[Key]()
        cluster.board, cluster.rang = ProgressBoard(now), queue.ring
        cluster.tokens["t"] = Caller(KEY, child().place)
        reception = Reception(cluster, cluster.board, lambda key: queue.ring_later(key, delay))
        working = asyncio.create_task(work(queue, cluster, Passing(), SITE))
        cluster.apply("shop", "demo", {"stages": [PREPARE]})
        await asyncio.sleep(10)
        cluster.start(("shop", child().name))
        await asyncio.sleep(60)
        begun = now()
        for at, percent in SAID:
            await asyncio.sleep(begun + at - now())
            assert (await reception.take("Bearer t", post(percent)))[0] == 202
            cluster.touch(KEY)  # whatever else rings meanwhile
        await asyncio.sleep(2 * PAUSE.total_seconds() + 1)
        assert cluster.resources[KEY]["status"]["progress"] == "60%"
        queue.close()
        await working

    run(main())


def post(percent: int):  # type: ignore[no-untyped-def]
    async def read() -> bytes:
        return json.dumps({"fraction": percent / 100}).encode()

    return read
