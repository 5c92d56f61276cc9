"""A refused object fails the gang that it belongs to, and nobody who has ended already."""

from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.plan.manifests import service
from hone.plan.names import MEMBER, STAGE, Place
from hone.plan.rejection import give_up
from hone.plan.world import World
from tests.plan.builders import at, job, seen

SAID = "exceeded quota: pods"
STATUS = JobStatus.model_validate(
    {
        "stages": [
            {"name": name, "kind": "train", "gangs": [{"member": n, "state": s} for n, s in gangs]}
            for name, gangs in (
                ("data", [(0, "Running")]),
                ("train", [(0, "Running"), (1, "Running"), (2, "Succeeded"), (3, "Pending")]),
            )
        ]
    }
)


def refused(labels: dict[str, str], said: str = SAID) -> World:
    """The world after the Job with these labels was refused."""
    manifest = {"kind": "Job", "metadata": {"name": "demo-train-1", "labels": labels}}
    return give_up(seen(STATUS), manifest, said, at(60))


def failed(world: World) -> list[tuple[str, int]]:
    return [(s.name, g.member) for s in world.status.stages for g in s.gangs if g.state == "Failed"]


@pytest.mark.parametrize("attempt", [0, 1])
def test_only_the_gang_of_the_object_fails(attempt: int) -> None:
    world = refused(Place("train", 1, "worker", attempt).labels())
    assert failed(world) == [("train", 1)]
    gang = world.status.stages[1].gangs[1]
    assert (gang.reason, gang.finished_at) == ("Refused", "2030-01-01T00:01:00Z")
    assert gang.message == f"the cluster refused Job demo-train-1: {SAID}"


@pytest.mark.parametrize("member", [2, 3, 4])
def test_a_gang_that_is_not_at_work_stays_as_it_is(member: int) -> None:
    assert refused(Place("train", member, "worker", 0).labels()).status == STATUS


@pytest.mark.parametrize("change", [{MEMBER: "one"}, {MEMBER: ""}, {STAGE: None}])
def test_an_object_of_no_gang_fails_all_that_run(change: dict[str, Any]) -> None:
    labels = Place("train", 1, "worker", 0).labels() | change
    found = refused({key: value for key, value in labels.items() if value is not None})
    assert failed(found) == [("data", 0), ("train", 0), ("train", 1)]


def test_the_service_serves_every_gang() -> None:
    world = give_up(seen(STATUS), service(job()), SAID, at(60))
    assert failed(world) == [("data", 0), ("train", 0), ("train", 1)]
    assert world.status.stages[0].gangs[0].message.startswith("the cluster refused Service demo")


def test_long_words_fit_the_record_and_the_rest_of_the_world_stays() -> None:
    before = seen(STATUS)
    labels = Place("train", 1, "worker", 0).labels()
    world = refused(labels, "no " * 2000)
    assert len(world.status.stages[1].gangs[1].message) == 1024
    assert JobStatus.model_validate(world.status.dump()) == world.status
    assert (before.status, world.services) == (STATUS, before.services)
