"""The oracle of dead ends: what becomes of a world once faults are over and pods do well.

A pure function of a fake cluster and a moment: it plays a copy to its end. A job either ends, or
waits for something, and then its status has to name what.
"""

from collections.abc import Coroutine
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.control.reconcile import reconcile
from hone_trainer.task import Artifact, Report
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
    if world.resources[key]["spec"].get("suspend"):
        if not status.holds("Suspended"):
            return "suspended, and does not say so"
        world.apply(key.namespace, key.name, world.resources[key]["spec"] | {"suspend": False})
        status = play(world, key, clock)
        if status.finished_at:
            return ""
    if status.holds("Stalled"):
        return ""
    where = next((stage for stage in status.stages if stage.state != "Succeeded"), None)
    return f"{where.name}: {where.state}, {where.message!r}" if where else "nothing is recorded"


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
    return JobStatus.model_validate(world.resources[key]["status"])


def flourish(world: FakeCluster) -> None:
    """Let pods start, do well and leave, as far as they are to."""
    world.reap()
    for name, job in list(world.jobs.items()):
        if job["status"].get("conditions"):
            continue
        if not world.pods_of(name):
            world.start(name)
        elif job["metadata"]["labels"]["hone.dev/role"] != "ps":  # servers serve for ever
            for index in range(job["spec"]["completions"]):
                world.end(name, index, 0, REPORT)


def copy_of(cluster: FakeCluster) -> FakeCluster:
    """Give a calm cluster in which the same objects are."""
    made = FakeCluster()
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
