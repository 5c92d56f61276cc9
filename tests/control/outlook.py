"""The oracle of dead ends: what becomes of a world once faults are over and pods do well.

A pure function of a fake cluster and a moment: it plays a copy to its end. A job either ends, or
waits for something, and then its status has to name what. Whatever is written meanwhile has to keep
the schema, or a real API server would not take it.
"""

from collections.abc import Coroutine, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Key, Seen
from hone.control.reconcile import reconcile
from hone.plan.names import ROLE
from hone.plan.record import read
from hone.plan.refusal import UNREADABLE
from hone_trainer.contract.assignment import Artifact, Report
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import SITE

ROUNDS = 400
"""Far more than the longest job takes with every restart that it may have."""
STILL = timedelta(minutes=12)
"""Longer than any back-off: a world that has not changed for so long never will."""
REPORT = Report(
    message="done", manifest=Artifact(name="m", uri="s3://b/m", sha256="0" * 64, size_bytes=1)
).encode()


@dataclass
class Clock:
    """The only operator's clock."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def dead_end(cluster: FakeCluster, key: Key, now: datetime) -> str:
    """Say where a job is stuck without a word; empty where it ends, or says what it waits for."""
    world, clock = copy_of(cluster), Clock(now)
    status = play(world, key, clock)
    if status.finished_at:
        return ""
    if status.holds("Stalled"):
        return ""
    if world.resources[key]["spec"].get("suspend"):
        if not status.holds("Suspended"):
            return "suspended, and does not say so"
        world.apply(key.namespace, key.name, world.resources[key]["spec"] | {"suspend": False})
        status = play(world, key, clock)
        if status.finished_at:
            return ""
    if waits_for(status, world):
        return ""
    where = next((stage for stage in status.stages if stage.state != "Succeeded"), None)
    return f"{where.name}: {where.state}, {where.message!r}" if where else "nothing is recorded"


def waits_for(status: JobStatus, world: FakeCluster) -> str:
    """Return the object that the status names as what the job waits for."""
    said = " ".join([*(s.message for s in status.stages), *(c.message for c in status.conditions)])
    shelves = (world.jobs, world.pods, world.services)
    return next((name for shelf in shelves for _, name in shelf if name in said), "")


def play(world: FakeCluster, key: Key, clock: Clock) -> JobStatus:
    """Let one operator and the cluster do what they can, until the job ends or nothing moves."""
    since = clock.at
    for _ in range(ROUNDS):
        before = deepcopy((world.resources, world.jobs, world.pods, world.services))
        again = drive(reconcile(world, key, clock, SITE))
        flourish(world)
        if world.resources[key]["status"].get("finishedAt"):
            break
        if before != (world.resources, world.jobs, world.pods, world.services):
            since = clock.at
        elif clock.at - since > STILL:
            break
        else:
            clock.at += again or timedelta(minutes=5)
    return read(world.resources[key]).status


def flourish(world: FakeCluster) -> None:
    """Let pods start, do well and leave, as far as they are to."""
    world.reap()
    orphans = [n for n, p in world.pods.items() if p["job"][1] and p["job"] not in world.jobs]
    for name in orphans:
        world.pods[name]["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    for name, job in list(world.jobs.items()):
        over = job["status"].get("conditions") or "deletionTimestamp" in job["metadata"]
        if over or "template" not in job["spec"]:
            continue
        size = job["spec"]["completions"]
        if not all((name[0], f"{name[1]}-{index}") in world.pods for index in range(size)):
            world.start(name)
        elif job["metadata"]["labels"].get(ROLE) != "ps":  # servers serve for ever
            for index in range(size):
                world.end(name, index, 0, REPORT)


class Calm(FakeCluster):
    """A cluster without faults, that takes what keeps the schema and nothing else."""

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        told = {each["reason"] for each in status["conditions"]}
        if UNREADABLE not in told:  # then what cannot be read stays as it is
            assert JobStatus.model_validate(status).dump() == status
        await super().write_status(key, seen, status)


def copy_of(cluster: FakeCluster) -> FakeCluster:
    """Return a calm cluster in which the same objects are."""
    made = Calm()
    for shelf in ("resources", "jobs", "pods", "services"):
        setattr(made, shelf, deepcopy(getattr(cluster, shelf)))
    for key in made.resources:
        made.touch(key)
    return made


def drive(passing: Coroutine[Any, Any, timedelta | None]) -> timedelta | None:
    """Run to its end what never waits."""
    try:
        passing.send(None)
    except StopIteration as end:
        found: timedelta | None = end.value
        return found
    raise AssertionError("a calm cluster made somebody wait")
