"""Jobs of tiny Python programs, and a cluster of this machine to run them in."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hone.cluster.local import LocalCluster
from hone.cluster.local_files import Folder
from hone.cluster.local_pods import Kubelet
from hone.cluster.port import Key, Seen
from hone.plan import names
from hone.plan.names import Place
from hone.plan.world import JobView, PodView
from lab import patience

KEY = Key("shop", "demo")
UID = "uid-1"
DEADLINE = patience.seconds(20)
REPORT = "import os; open(os.environ['HONE_TERMINATION_LOG'], 'w').write('%s')"


def now() -> datetime:
    return datetime.now(UTC)


def place(role: str = "worker", attempt: int = 0) -> Place:
    return Place("train", 0, role, attempt)


def job(
    code: str, *, pods: int = 1, role: str = "worker", grace: int = 5, **container: Any
) -> dict[str, Any]:
    """A Job whose pods run this Python code."""
    where = place(role)
    labels = {names.JOB: KEY.name, names.UID: UID, **where.labels()}
    owner = {"kind": "OptimizationJob", "name": KEY.name, "uid": UID, "controller": True}
    one = {"name": "trainer", "command": ["python", "-c", code], **container}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": names.child(KEY.name, where),
            "namespace": KEY.namespace,
            "labels": labels,
            "ownerReferences": [owner],
        },
        "spec": {
            "completionMode": "Indexed",
            "completions": pods,
            "parallelism": pods,
            "backoffLimit": 0,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "terminationGracePeriodSeconds": grace,
                    "subdomain": names.service(KEY.name),
                    "containers": [one],
                },
            },
        },
    }


def resource() -> dict[str, Any]:
    """A job as it is on record."""
    meta = {"namespace": KEY.namespace, "name": KEY.name, "uid": UID, "resourceVersion": "1"}
    return {"metadata": meta, "spec": {}}


def cluster(path: Path, **more: Any) -> LocalCluster:
    """A cluster whose record lies in this folder."""
    folder = Folder(path)
    if folder.job() is None:
        folder.write_job(resource())
    around = more.setdefault("around", dict(os.environ))
    more.setdefault("ring", lambda _: None)
    return LocalCluster(KEY, folder, Kubelet(around, sys.executable, path), now=now, **more)


async def look(cluster: LocalCluster) -> Seen:
    seen = await cluster.observe(KEY)
    assert seen is not None
    return seen


async def until(cluster: LocalCluster, holds: Callable[[Seen], bool]) -> Seen:
    """Look until something holds; fail where it never does."""
    async with asyncio.timeout(DEADLINE):
        while not holds(seen := await look(cluster)):
            await asyncio.sleep(0.02)
    return seen


async def ended(cluster: LocalCluster) -> tuple[JobView, tuple[PodView, ...]]:
    """Wait until the one Job has ended and all its pods with it."""

    def over(seen: Seen) -> bool:
        one = seen.world.jobs[0]
        gone = all(pod.phase in ("Succeeded", "Failed") for pod in seen.world.pods)
        return (one.complete or one.failed is not None) and gone

    world = (await until(cluster, over)).world
    return world.jobs[0], world.pods


def gone(pid: int) -> bool:
    """Say whether no process has this number, or only a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True
