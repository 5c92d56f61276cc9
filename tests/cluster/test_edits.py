"""Children of a real cluster that are edited by hand: what became of them is told, and mended."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hone.cluster.kube_connection import MERGE
from hone.cluster.port import Key
from hone.plan import names
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import RealGround, until
from tests.cluster.views import complete, only, status
from tests.plan.builders import PREPARE

pytestmark = pytest.mark.api

HELD = {"metadata": {"finalizers": ["example.com/held"]}}
EDITS: dict[str, tuple[dict[str, Any], str]] = {
    "labels": ({"metadata": {"labels": {names.JOB: None, names.UID: "x"}}}, "it lost its labels"),
    "owner": ({"metadata": {"ownerReferences": None}}, "it lost its owner"),
    "few": ({"spec": {"parallelism": 0}}, "parallelism is 0 instead of 1"),
    "suspend": ({"spec": {"suspend": True}}, "is suspended, and names no queue"),
    "held": (HELD, "remove its finalizer example.com/held"),
}
"""Job -> what a hand does to its child, and what its status says of it."""


async def test_what_was_changed_by_hand_is_told_and_deleting_it_mends_it(
    ground: RealGround, config: Path, log: Path
) -> None:
    ends = False
    async with (
        leader(config, log, **only(ground)),
        kubelet(ground, lambda _: 0 if ends else None),
    ):
        for name in EDITS:
            await ground.apply(name, {"stages": [PREPARE]})
        await asyncio.gather(*(edit(ground, name) for name in EDITS))
        for name in ("labels", "few", "suspend"):
            await ground.api.call("DELETE", path_of(ground, name), body=AWAY)
        await change(ground, "held", {"metadata": {"finalizers": None}})
        ends = True
        done = {name: await complete(ground, Key(ground.namespace, name), 240.0) for name in EDITS}
    attempts = {name: found.stages[0].gangs[0].attempt for name, found in done.items()}
    assert attempts == {"labels": 1, "owner": 0, "few": 1, "suspend": 1, "held": 1}


AWAY = {"propagationPolicy": "Background"}


async def edit(ground: RealGround, name: str) -> None:
    """Change the child of a job once it runs, and wait until that is told."""
    key = Key(ground.namespace, name)
    what, said = EDITS[name]

    async def running() -> bool:
        found = (await status(ground, key)).stages
        return bool(found) and found[0].message == "running"

    await until(running)
    await change(ground, name, what)
    if name == "held":
        await ground.api.call("DELETE", path_of(ground, name), body=AWAY)

    async def told() -> bool:
        return said in (await status(ground, key)).stages[0].message

    await until(told)


async def change(ground: RealGround, name: str, what: dict[str, Any]) -> None:
    await ground.api.call("PATCH", path_of(ground, name), body=what, content_type=MERGE)


def path_of(ground: RealGround, name: str) -> str:
    return f"{ground.folder('Job')}/{names.child(name, DATA)}"
