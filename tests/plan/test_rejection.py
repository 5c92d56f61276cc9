"""An object that is not taken holds up its own gang, which asks again, less often each time."""

from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.plan.manifests import service
from hone.plan.names import MEMBER, STAGE, Place
from hone.plan.rejection import LAST_TRY, Rejection, held_up
from hone.plan.world import World, stamp
from tests.plan.builders import (
    PREPARE,
    at,
    child,
    decide,
    done,
    gang_train,
    job,
    on_record,
    pod,
    seen,
    settled,
)
from tests.plan.test_plan import names

SAID = "exceeded quota: pods"
STATUS = JobStatus.model_validate(
    {
        "stages": [
            {"name": name, "kind": "train", "gangs": [{"member": n, **s} for n, s in gangs]}
            for name, gangs in (
                ("data", [(0, {"state": "Running"})]),
                (
                    "train",
                    [
                        (0, {"state": "Running", "size": 2}),
                        (1, {"state": "Running", "size": 2}),
                        (2, {"state": "Succeeded", "size": 2}),
                        (3, {"state": "Pending", "size": 2}),
                    ],
                ),
            )
        ]
    }
)
LABELS = Place("train", 1, "worker", 0).labels()


def rejected(labels: dict[str, str] = LABELS, said: str = SAID, **more: Any) -> Rejection:
    """The Job with these labels."""
    meta = {"name": "demo-train-1", "labels": labels}
    return Rejection({"kind": "Job", "metadata": meta}, said, **more)


def waiting(world: World) -> list[tuple[str, int]]:
    return [(s.name, g.member) for s in world.status.stages for g in s.gangs if g.refusal]


@pytest.mark.parametrize("attempt", [0, 1])
def test_only_the_gang_of_the_object_waits(attempt: int) -> None:
    labels = Place("train", 1, "worker", attempt).labels()
    world = held_up(seen(STATUS), [rejected(labels)], at(60))
    assert waiting(world) == [("train", 1)]
    gang = world.status.stages[1].gangs[1]
    assert gang.state == "Running"
    assert gang.refusal
    assert (gang.refusal.reason, gang.refusal.tries) == ("Refused", 1)
    assert gang.refusal.message == f"the cluster refused Job demo-train-1: {SAID}"


@pytest.mark.parametrize("member", [2, 3, 4])
def test_a_gang_that_is_not_at_work_stays_as_it_is(member: int) -> None:
    labels = Place("train", member, "worker", 0).labels()
    assert held_up(seen(STATUS), [rejected(labels)], at(60)).status == STATUS


@pytest.mark.parametrize("change", [{MEMBER: "one"}, {MEMBER: ""}, {STAGE: None}])
def test_an_object_of_no_gang_holds_up_all_that_need_each_other(change: dict[str, Any]) -> None:
    labels = {key: value for key, value in (LABELS | change).items() if value is not None}
    assert waiting(held_up(seen(STATUS), [rejected(labels)], at(60))) == [
        ("train", 0),
        ("train", 1),
    ]


def test_the_service_serves_every_gang_of_several_pods() -> None:
    world = held_up(seen(STATUS), [Rejection(service(job()), SAID)], at(60))
    assert waiting(world) == [("train", 0), ("train", 1)]


def test_of_several_objects_the_first_is_told_and_counted_once() -> None:
    world = held_up(seen(STATUS), [rejected(), rejected(said="another")], at(60))
    refusal = world.status.stages[1].gangs[1].refusal
    assert refusal
    assert (refusal.tries, SAID in refusal.message) == (1, True)


def test_it_asks_again_later_each_time_and_never_later_than_two_minutes() -> None:
    world, pauses = seen(STATUS), []
    for second in range(9):
        world = held_up(world, [rejected()], at(second))
        refusal = world.status.stages[1].gangs[1].refusal
        assert refusal
        pauses += [
            p for p in (3, 6, 12, 24, 48, 96, 120) if refusal.retry_at == stamp(at(second + p))
        ]
    assert pauses == [3, 6, 12, 24, 48, 96, 120, 120, 120]


def test_what_is_invalid_is_not_asked_for_for_ever() -> None:
    world = seen(STATUS)
    for _ in range(LAST_TRY - 1):
        world = held_up(world, [rejected(invalid=True)], at(0))
        assert world.status.stages[1].gangs[1].state == "Running"
    gang = held_up(world, [rejected(invalid=True)], at(60)).status.stages[1].gangs[1]
    assert (gang.state, gang.reason, gang.finished_at) == ("Failed", "Refused", stamp(at(60)))
    assert SAID in gang.message


def test_a_taken_name_is_told_in_its_own_words() -> None:
    world = held_up(seen(STATUS), [rejected(said="Job x is there already", taken=True)], at(0))
    refusal = world.status.stages[1].gangs[1].refusal
    assert refusal
    assert (refusal.reason, refusal.message) == ("NameInUse", "Job x is there already")


def test_long_words_fit_the_record_and_the_rest_of_the_world_stays() -> None:
    before = seen(STATUS)
    for final in (False, True):
        world = before
        for _ in range(LAST_TRY):
            world = held_up(world, [rejected(said="no " * 2000, invalid=final)], at(60))
        assert JobStatus.model_validate(world.status.dump()) == world.status
        assert (before.status, world.services) == (STATUS, before.services)


# What the plan makes of it.

RUNNING = settled(job()).status
MADE = settled(job()).create[0]


def held(seconds: float = 0, world: World | None = None) -> World:
    return held_up(world or seen(RUNNING), [Rejection(MADE, SAID)], at(seconds))


def test_a_refusal_is_told_and_waited_out() -> None:
    made = settled(job(), held())
    stage = made.status.stages[0]
    assert stage.message == f"waiting: the cluster refused Job demo-data-0-worker-a0: {SAID}"
    assert stage.gangs[0].reason == "Refused"
    reconciling = made.status.condition("Reconciling")
    assert reconciling
    assert (reconciling.reason, SAID in reconciling.message) == ("Refused", True)
    assert not made.create
    assert made.again
    assert made.again.total_seconds() == 3
    assert names(settled(job(), seen(made.status), seconds=3)) == ["demo-data-0-worker-a0"]


def test_once_it_is_taken_nothing_is_said_of_it_any_more() -> None:
    made = settled(job(), seen(held().status, child(ready=1)), seconds=9)
    gang = made.status.stages[0].gangs[0]
    assert (gang.refusal, gang.reason, gang.message) == (None, "", "running")


def test_a_gang_whose_service_is_refused_waits_for_it() -> None:
    whole = job(PREPARE, gang_train(members=1))
    bare: frozenset[str] = frozenset()
    status = settled(whole, seen(settled(whole).status, *done(), services=bare)).status
    world = held_up(seen(status, *done(), services=bare), [Rejection(service(whole), SAID)], at(0))
    waits = settled(whole, world)
    assert not waits.create
    late = settled(whole, seen(waits.status, *done(), services=bare), seconds=3)
    assert names(late) == ["demo-gang", "demo-train-0-worker-a0"]
    there = settled(whole, seen(waits.status, *done(), child("train")), seconds=3)
    assert there.status.stages[1].gangs[0].refusal is None


def test_a_refusal_ends_at_the_start_deadline_with_its_words() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 30})
    status = settled(whole, held()).status
    early = decide(whole, seen(status), seconds=29)
    assert early.status.stages[0].state == "Running"
    failed = decide(whole, seen(status), seconds=30).status.condition("Failed")
    assert failed
    assert failed.reason == "StartDeadlineExceeded"
    assert SAID in failed.message


def test_without_a_deadline_it_waits_for_ever_and_says_so() -> None:
    made = settled(job(), seen(settled(job(), held()).status), seconds=10_000_000)
    assert made.status.stages[0].state == "Running"
    assert SAID in made.status.stages[0].message


def test_a_suspension_ends_the_waiting() -> None:
    paused = settled(job(suspend=True), held())
    assert paused.status.stages[0].gangs[0].refusal is None
    resumed = settled(job(), seen(paused.status))
    assert names(resumed) == ["demo-data-0-worker-a0"]


# Pods that the cluster does not take.


def short(said: str = SAID) -> JobStatus:
    return settled(job(), seen(RUNNING, child(refused=said))).status


def test_refused_pods_are_told_in_the_words_that_their_controller_heard() -> None:
    gang = short().stages[0].gangs[0]
    assert gang.refusal
    assert (gang.reason, gang.refusal.retry_at) == ("PodsRefused", None)
    assert gang.message == (
        f"waiting: the cluster refuses pods of Job demo-data-0-worker-a0: {SAID}"
    )
    whole = settled(job(), seen(short(), child(ready=1))).status.stages[0].gangs[0]
    assert (whole.refusal, whole.reason, whole.message) == (None, "", "running")


def test_refused_pods_end_at_the_start_deadline_with_the_words() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 30})
    status = on_record(settled(whole).status, child())
    made = decide(whole, seen(status, child(refused=SAID)), seconds=30)
    failed = made.status.condition("Failed")
    assert failed
    assert failed.reason == "StartDeadlineExceeded"
    assert SAID in failed.message


def test_a_gang_that_was_never_whole_does_not_use_up_its_retries() -> None:
    whole = job({**PREPARE, "retries": 0})
    gone = pod(phase="Failed", exit_code=1)
    made = decide(whole, seen(short(), child(failed="gave up"), gone))
    gang = made.status.stages[0].gangs[0]
    assert (gang.state, gang.restarts.preemption, gang.refusal) == ("Pending", 1, None)
    assert gang.not_before == stamp(at(3))
    assert SAID in gang.message
