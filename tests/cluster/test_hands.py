"""Hands that spoil what a real API server lets them: each job ends, or says what it waits for."""

import asyncio
import os
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Conflict, Gone, Key, Refused
from hone.plan import names
from hone.plan.record import read
from lab import patience
from tests.cluster.kubelet import Node, kubelet
from tests.cluster.process import leader
from tests.cluster.real import JOBS, RealGround, until
from tests.cluster.views import LONG, SPEC, only
from tests.control.hands import HANDS
from tests.control.outlook import waits_for
from tests.fakes.cluster import FakeCluster

pytestmark = [pytest.mark.api, pytest.mark.slow]

Object = dict[str, Any]
SPOILED = 12
SEED = int(os.environ.get("HONE_HANDS_SEED", "5"))
STILL, ROUNDS = patience.seconds(15), 10
"""A job waits that has not changed for so long, nor for so many looks of the node at all pods."""
SHELVES = {"jobs": "apis/batch/v1", "pods": "api/v1", "services": "api/v1"}
TEMPLATE = {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}}


class Hands:
    """Spoils jobs of a ground; what the API server does not take is left as it was."""

    def __init__(self, ground: RealGround, node: Node, seed: int) -> None:
        self.ground, self.node, self.rng = ground, node, random.Random(seed)
        self.done: dict[Key, str] = {}
        """Name of the hand that each job met."""

    async def look(self, key: Key) -> FakeCluster:
        """Return a copy of what is there of a job, and of what others have under its names."""
        found = FakeCluster()
        raw = await self.ground.get(JOBS, "optimizationjobs", key.name)
        assert raw
        found.resources[key] = {**raw, "status": raw.get("status") or {}}
        for shelf, api in SHELVES.items():
            listed = await self.ground.api.call("GET", self.ground.path(api, shelf))
            for item in listed["items"]:
                if belongs(item["metadata"], raw["metadata"]):
                    getattr(found, shelf)[key.namespace, item["metadata"]["name"]] = item
        return found

    async def spoil(self, key: Key) -> None:
        """Do things to a job until the API server has taken one of them."""
        taken = 0
        while not taken:
            before = await self.look(key)
            after = FakeCluster()
            for shelf in ("resources", *SHELVES):
                setattr(after, shelf, deepcopy(getattr(before, shelf)))
            hand = self.rng.choice(HANDS)
            hand(after, key, self.rng)
            taken = sum([await self.ask(*call) for call in changes(self.ground, before, after)])
        self.done[key] = hand.__name__

    async def ask(self, method: str, path: str, body: Object) -> bool:
        try:
            await self.ground.api.call(method, path, body=body)
        except (Refused, Conflict, Gone):
            return False
        return True

    async def fare(self, key: Key) -> str:
        """Let a job run, spoil it, and say where it is stuck without a word."""
        await until(lambda: self.begun(key), LONG)
        await asyncio.sleep(self.rng.uniform(0, 1.5))
        await self.spoil(key)
        clock, version, since, rounds = asyncio.get_running_loop().time, "", 0.0, 0
        while True:
            world = await self.look(key)
            raw = world.resources[key]
            status = read(raw).status
            if status.finished_at:
                return ""
            if raw["metadata"]["resourceVersion"] != version:
                version, since = raw["metadata"]["resourceVersion"], clock()
                rounds = self.node.rounds
            elif clock() - since > STILL and self.node.rounds > rounds + ROUNDS:
                return "" if told(status, world) else f"{self.done[key]} of {describe(world, key)}"
            await asyncio.sleep(0.2)

    async def begun(self, key: Key) -> bool:
        return bool((await self.look(key)).pods)


def belongs(child: Object, job: Object) -> bool:
    """Say whether an object is a job's own, or nobody's and in its way."""
    owner = child.get("labels", {}).get(names.UID)
    return owner == job["uid"] or (not owner and child["name"].startswith(f"{job['name']}-"))


def told(status: JobStatus, world: FakeCluster) -> bool:
    return status.holds("Stalled") or bool(waits_for(status, world))


def describe(world: FakeCluster, key: Key) -> str:
    """Say what is there of a job, for whoever has to find out why it is stuck."""
    lines = [f"{key}: {world.resources[key]['status']}"]
    for shelf in (world.jobs, world.pods, world.services):
        for (_, name), item in shelf.items():
            meta = item["metadata"]
            marks = {n: meta.get(n) for n in ("labels", "ownerReferences", "deletionTimestamp")}
            lines.append(f"{name}: {marks} {item.get('status')}")
    return "\n  ".join(lines)


def changes(
    ground: RealGround, before: FakeCluster, after: FakeCluster
) -> Iterator[tuple[str, str, Object]]:
    """Return the requests that make of one world the other."""
    for key, raw in after.resources.items():
        path = ground.path(JOBS, "optimizationjobs", key.name)
        if raw["status"] != before.resources[key]["status"]:
            yield "PUT", f"{path}/status", raw
    for shelf, api in SHELVES.items():
        old, new = getattr(before, shelf), getattr(after, shelf)
        for name in old.keys() | new.keys():
            path = ground.path(api, shelf, name[1])
            if name not in new:
                yield "DELETE", path, {}
            elif name not in old:
                spec = {"template": TEMPLATE} if shelf == "jobs" else TEMPLATE["spec"]
                body = {"metadata": new[name]["metadata"], "spec": spec}
                if shelf == "services":
                    body["spec"] = {"ports": [{"port": 80}]}
                yield "POST", ground.path(api, shelf), body
            elif new[name] != old[name]:
                yield from rewritten(path, old[name], new[name])


def rewritten(path: str, old: Object, new: Object) -> Iterator[tuple[str, str, Object]]:
    if "deletionTimestamp" in new["metadata"] and "deletionTimestamp" not in old["metadata"]:
        kept = {**old, "metadata": {**old["metadata"], "finalizers": ["hone.dev/test"]}}
        yield "PUT", path, kept
        yield "DELETE", path, {"propagationPolicy": "Background"}
    elif new["metadata"] != old["metadata"]:
        yield "PUT", path, new
    else:
        yield "PUT", f"{path}/status", new


async def test_a_job_that_hands_spoiled_ends_or_says_what_it_waits_for(
    ground: RealGround, config: Path, log: Path
) -> None:
    variables = only(ground, HONE_RESYNC_SECONDS="2", HONE_LEASE_SECONDS="60")
    async with leader(config, log, **variables), kubelet(ground, pace=0.3) as node:
        hands = Hands(ground, node, seed=SEED)
        keys = [await ground.apply(f"job-{n}", SPEC) for n in range(SPOILED)]
        stuck = await asyncio.gather(*(hands.fare(key) for key in keys))
    assert not list(filter(None, stuck)), "\n".join(filter(None, stuck))
    assert len(hands.done) == SPOILED
    assert "Traceback" not in log.read_text()
