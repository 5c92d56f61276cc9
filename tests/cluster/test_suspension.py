"""Jobs that are suspended around the ends of their pods, over and over: each of them goes on."""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.kube_connection import MERGE
from hone.plan.names import JOB
from hone_trainer.contract.assignment import Exit
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import JOBS, RealGround
from tests.cluster.views import LONG, only
from tests.plan.builders import PREPARE

pytestmark = [pytest.mark.api, pytest.mark.slow]

SUSPENSIONS = int(os.environ.get("HONE_SUSPENSIONS", "40"))
"""Two hundred take five minutes; of those, none was stuck."""
FLEET = SUSPENSIONS // 5
STAGES = [{**PREPARE, "name": f"s{number}"} for number in range(8)]


class Meddler:
    """Suspends a job up to 1.1 s after one of its pods ends, or just before, and resumes it."""

    def __init__(self, ground: RealGround, seed: int) -> None:
        self.ground, self.rng = ground, random.Random(seed)
        self.jobs: dict[str, JobStatus] = {}
        """What was last seen of each."""
        self.busy: dict[str, asyncio.Task[None]] = {}
        self.taken = 0
        """Suspensions that the status told of."""

    def fate(self, pod: dict[str, Any]) -> int | None:
        """Let every pod end well, some of them a moment later than they would have."""
        name = pod["metadata"]["labels"][JOB]
        if pod["status"].get("phase") != "Running" or name in self.busy or self.enough:
            return Exit.OK
        self.busy[name] = asyncio.create_task(self.meddle(name, self.rng.uniform(0, 1.1)))
        return None if self.rng.random() < 0.25 else Exit.OK

    @property
    def enough(self) -> bool:
        return self.taken >= SUSPENSIONS

    async def meddle(self, name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        await self.suspend(name, True)
        while not (self.jobs[name].holds("Suspended") or self.jobs[name].finished_at):
            await asyncio.sleep(0.02)
        self.taken += self.jobs[name].holds("Suspended")
        await asyncio.sleep(self.rng.uniform(0, 0.5))
        await self.suspend(name, False)
        while self.jobs[name].holds("Suspended"):
            await asyncio.sleep(0.02)
        del self.busy[name]

    async def suspend(self, name: str, suspended: bool) -> None:
        path = self.ground.path(JOBS, "optimizationjobs", name)
        body = {"spec": {"suspend": suspended}}
        await self.ground.api.call("PATCH", path, body=body, content_type=MERGE)

    async def watch(self) -> None:
        """Look at all jobs until the last has ended."""
        async with asyncio.timeout(4 * LONG):
            while self.busy or not all(status.finished_at for status in self.jobs.values()):
                found = await self.ground.api.call(
                    "GET", self.ground.path(JOBS, "optimizationjobs")
                )
                for item in found["items"]:
                    status = JobStatus.model_validate(item.get("status") or {})
                    self.jobs[item["metadata"]["name"]] = status
                for task in self.busy.values():
                    assert not task.done() or not task.exception()
                await asyncio.sleep(0.2)


async def test_whoever_is_suspended_around_a_stages_end_goes_on(
    ground: RealGround, config: Path, log: Path
) -> None:
    meddler = Meddler(ground, seed=11)
    variables = only(ground, HONE_RESYNC_SECONDS="2", HONE_LEASE_SECONDS="60")
    async with leader(config, log, **variables), kubelet(ground, meddler.fate):
        for number in range(FLEET):
            key = await ground.apply(f"job-{number}", {"stages": STAGES})
            meddler.jobs[key.name] = JobStatus()
        await meddler.watch()
    assert {status.holds("Complete") for status in meddler.jobs.values()} == {True}
    assert meddler.enough
    assert "Traceback" not in log.read_text()
