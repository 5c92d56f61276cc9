"""A node made of patches: pods of a namespace run, and end as they are told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hone.cluster.kube_connection import MERGE
from hone.cluster.port import Conflict, Gone, Refused
from hone_trainer.contract.assignment import Artifact, Exit, Metric, Report
from tests.cluster.real import RealGround

Object = dict[str, Any]
Fate = Callable[[Object], int | None]
"""Exit code of a pod; None where it goes on running."""

AT = "2030-01-01T00:00:00Z"
GOOD = Report(
    message="done",
    metrics=(Metric(name="accuracy", value="0.9"),),
    manifest=Artifact(name="m", uri="s3://b/m", sha256="0" * 64, size_bytes=1),
)


def well(_: Object) -> int | None:
    """Every pod does well."""
    return Exit.OK


@dataclass
class Node:
    """What is known of a node."""

    rounds: int = 0
    """How often it has looked at all pods."""


@asynccontextmanager
async def kubelet(ground: RealGround, fate: Fate = well, pace: float = 0.1) -> AsyncIterator[Node]:
    """Run the pods of the ground's namespace for the length of the block."""
    node = Node()
    task = asyncio.create_task(_serve(node, ground, fate, pace))
    try:
        yield node
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task  # one that stopped by itself says why


async def _serve(node: Node, ground: RealGround, fate: Fate, pace: float) -> None:
    alive = "status.phase!=Succeeded,status.phase!=Failed"
    query = {"fieldSelector": alive}  # as a real node does: whatever labels a pod bears
    while True:
        found = await ground.api.call("GET", ground.path("api/v1", "pods"), query=query)
        for pod in found["items"]:
            await _step(ground, pod, fate)
        node.rounds += 1
        await asyncio.sleep(pace)


async def _step(ground: RealGround, pod: Object, fate: Fate) -> None:
    path = f"{ground.path('api/v1', 'pods', pod['metadata']['name'])}"
    if "deletionTimestamp" in pod["metadata"]:
        await _quietly(ground, "DELETE", path, {"gracePeriodSeconds": 0})
        return
    code = fate(pod)
    running = pod["status"].get("phase") == "Running"
    if code is None and running:
        return
    if code is None or not running:
        status: Object = {"phase": "Running", "conditions": [_condition("Ready")]}
        state: Object = {"running": {"startedAt": AT}}
    else:
        status = {"phase": "Failed" if code else "Succeeded"}
        said = GOOD.encode() if code == Exit.OK else ""
        state = {"terminated": {"exitCode": code, "message": said, "finishedAt": AT}}
    status["containerStatuses"] = [
        {
            "name": "trainer",
            "image": "i",
            "imageID": "i",
            "ready": "running" in state,
            "restartCount": 0,
            "state": state,
        }
    ]
    await _quietly(ground, "PATCH", f"{path}/status", {"status": status})


async def _quietly(ground: RealGround, method: str, path: str, body: Object) -> None:
    """Do it unless the pod has gone or changed in between, or is of no such kind."""
    content = MERGE if method == "PATCH" else "application/json"
    try:
        await ground.api.call(method, path, body=body, content_type=content)
    except (Conflict, Gone, Refused):
        return


def _condition(kind: str) -> Object:
    return {"type": kind, "status": "True", "lastTransitionTime": AT}
