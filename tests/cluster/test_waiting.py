"""Jobs that wait: left alone until something rings, and then at once. No round comes to help."""

import asyncio
import re
from pathlib import Path

import pytest

from hone.cluster.kube_connection import MERGE
from lab import patience
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import Process, leader
from tests.cluster.real import JOBS, RealGround, until
from tests.cluster.views import SPEC, children, only, status

pytestmark = pytest.mark.api

NO_ROUNDS = {"HONE_RESYNC_SECONDS": "100000"}
SOON = patience.seconds(20)
"""Far less than the minute after which one used to look again."""
FULL = "0/5 nodes are available: 5 Insufficient nvidia.com/gpu."
PASSES = re.compile(r'^hone_reconciles_total\{result="\w+"\} (\S+)$', re.MULTILINE)


async def passes(running: Process) -> float:
    return sum(map(float, PASSES.findall((await running.ask("/metrics"))[1])))


async def unschedulable(ground: RealGround, pod: str) -> None:
    condition = {"type": "PodScheduled", "status": "False", "message": FULL}
    body = {"status": {"conditions": [condition]}}
    path = f"{ground.path('api/v1', 'pods', pod)}/status"
    await ground.api.call("PATCH", path, body=body, content_type=MERGE)


async def test_a_job_that_waits_costs_nothing_and_hears_the_scheduler(
    ground: RealGround, config: Path, log: Path
) -> None:
    async with leader(config, log, **only(ground, **NO_ROUNDS)) as running:
        key = await ground.apply("demo", SPEC)
        pod = await until(lambda: ground.pod(key, DATA))

        async def quiet() -> bool:
            before = await passes(running)
            await asyncio.sleep(7)  # longer than it used to take until one looked again
            return before > 0 and await passes(running) == before

        assert await until(quiet)
        await unschedulable(ground, pod)

        async def told() -> bool:
            return FULL in (await status(ground, key)).stages[0].message

        assert await until(told, SOON)


async def test_a_job_that_is_resumed_within_a_second_goes_on_once_its_pods_are_gone(
    ground: RealGround, config: Path, log: Path
) -> None:
    async with leader(config, log, **only(ground, **NO_ROUNDS)), kubelet(ground, lambda _: None):
        key = await ground.apply("demo", SPEC)
        await until(lambda: ground.pod(key, DATA))
        [before] = (await children(ground)).values()
        for suspend in (True, False):
            path = ground.path(JOBS, "optimizationjobs", "demo")
            body = {"spec": {"suspend": suspend}}
            await ground.api.call("PATCH", path, body=body, content_type=MERGE)
            await asyncio.sleep(0.3)

        async def again() -> bool:
            found = list((await children(ground)).values())
            return bool(found) and before not in found

        assert await until(again, SOON)
