"""What jobs that wait cost the operator: pods that nobody schedules, on a real API server.

    python -m bench.waiting [--jobs 1000] [--seconds 120]

There are no nodes: the bench plays the scheduler, which tells every pod that it does not fit. The
operator is a process of its own whose processor time is read from the kernel, so what else the
machine does counts little.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from hone.cluster.kube_connection import MERGE, Connection
from hone.cluster.port import Key
from hone.plan.names import JOB
from lab import apiserver
from tests.cluster.definition import define
from tests.cluster.process import Process, leader, login
from tests.cluster.real import JOBS, RealGround, until
from tests.cluster.views import only
from tests.plan.builders import PREPARE

SPEC = {"stages": [{**PREPARE, "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}
AT_ONCE = 8
SAMPLE = 60
"""Pods whose news is timed one by one."""
LONG = 3600.0
TICKS = os.sysconf("SC_CLK_TCK")
PASSES = re.compile(r'^hone_reconciles_total\{result="\w+"\} (\S+)$', re.MULTILINE)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=120, help="length of each measurement")
    words = parser.parse_args()
    with apiserver.running() as server:
        define(server)
        asyncio.run(play(server, words.jobs, words.seconds))


async def play(server: apiserver.Cluster, jobs: int, seconds: float) -> None:
    """Let jobs come, wait and hear news."""
    async with crowd(server) as found:
        await found.measured("no job", seconds)
        began = time.monotonic()
        await at_once(found.ground.apply(f"job{n}", SPEC) for n in range(jobs))
        await until(found.all_made(jobs), LONG, 1.0)
        print(f"{jobs} jobs have their pods after {time.monotonic() - began:.0f} s")
        await found.news(5)
        await found.measured(f"{jobs} jobs that wait", seconds)
        ages = [await found.age(key) for key in list(found.pods)[:SAMPLE]]
        print(f"a reason is in the status after {median(ages):.2f} s, at most {max(ages):.2f} s")
        await found.news(6)
        await found.measured(f"{jobs} jobs that wait on", seconds)


@asynccontextmanager
async def crowd(server: apiserver.Cluster) -> AsyncIterator["Crowd"]:
    """Run an operator in a namespace of its own."""
    log = Path(tempfile.mkdtemp(prefix="hone-waiting-")) / "operator.log"
    async with await Connection.open(str(server.kubeconfig)) as api:
        ground = RealGround(api)
        await ground.prepare()
        more = only(ground, HONE_LEASE_SECONDS="15")
        async with leader(login(server), log, **more) as running:
            yield Crowd(ground, running, {})


@dataclass
class Crowd:
    """Jobs that wait, and the operator that watches over them."""

    ground: RealGround
    running: Process
    pods: dict[Key, str]

    def all_made(self, jobs: int) -> Any:
        """Return a look that is true once every job has its pod."""

        async def look() -> bool:
            query = {"labelSelector": JOB}
            path = self.ground.path("api/v1", "pods")
            found = await self.ground.api.call("GET", path, query=query)
            for pod in found["items"]:
                meta = pod["metadata"]
                self.pods[Key(self.ground.namespace, meta["labels"][JOB])] = meta["name"]
            return len(self.pods) == jobs

        return look

    async def news(self, nodes: int) -> None:
        """Tell all pods at once why they wait, and wait until every status says so."""
        began = time.monotonic()
        await at_once(self.tell(key, nodes) for key in self.pods)
        told = time.monotonic()

        async def heard() -> bool:
            path = self.ground.path(JOBS, "optimizationjobs")
            found = await self.ground.api.call("GET", path)
            return all(reason(nodes) in message(job) for job in found["items"])

        await until(heard, LONG, 0.5)
        lasted = time.monotonic() - told
        print(
            f"{len(self.pods)} news within {told - began:.0f} s: the last is seen {lasted:.1f} s on"
        )

    async def tell(self, key: Key, nodes: int) -> None:
        """Be the scheduler."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": reason(nodes),
            "lastTransitionTime": at,
        }
        path = f"{self.ground.path('api/v1', 'pods', self.pods[key])}/status"
        body = {"status": {"conditions": [condition]}}
        await self.ground.api.call("PATCH", path, body=body, content_type=MERGE)

    async def age(self, key: Key) -> float:
        """Tell one pod twice within a second, and give the age of the second when it is seen."""
        await self.tell(key, 77)
        await asyncio.sleep(0.7)
        await self.tell(key, 78)
        began = time.monotonic()

        async def heard() -> bool:
            found = await self.ground.get(JOBS, "optimizationjobs", key.name)
            return reason(78) in message(found or {})

        await until(heard, LONG, 0.05)
        return time.monotonic() - began

    async def measured(self, what: str, seconds: float) -> None:
        """Print what the operator takes, from two seconds after nothing waits for it any more."""

        async def idle() -> bool:
            return "hone_queue_length 0.0" in (await self.running.ask("/metrics"))[1]

        await until(idle, LONG, 0.5)
        await asyncio.sleep(10)
        passes, cpu, began = await self.passes(), self.cpu(), time.monotonic()
        await asyncio.sleep(seconds)
        lasted = time.monotonic() - began
        share = 100 * (self.cpu() - cpu) / lasted
        rate = (await self.passes() - passes) / lasted
        print(f"{what}: {share:.2f} % of a core, {rate:.2f} passes a second")

    async def passes(self) -> float:
        """Count the looks at jobs so far."""
        return sum(map(float, PASSES.findall((await self.running.ask("/metrics"))[1])))

    def cpu(self) -> float:
        """Return the seconds of processor time that the operator has taken."""
        stat = Path(f"/proc/{self.running.process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS


def reason(nodes: int) -> str:
    """Return a scheduler's words."""
    return f"0/{nodes} nodes are available: {nodes} Insufficient nvidia.com/gpu."


def message(job: dict[str, Any]) -> str:
    """Return what the status of a job says."""
    stages: Any = (job.get("status") or {}).get("stages") or ({},)
    return str(stages[0].get("message", ""))


async def at_once(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Do it all, some at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(each: Coroutine[Any, Any, Any]) -> None:
        async with turns:
            await each

    await asyncio.gather(*(one(each) for each in work))


if __name__ == "__main__":
    main()
