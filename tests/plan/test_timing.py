"""When to look again: whatever no event announces has its moment."""

from datetime import timedelta

import pytest

from hone.plan.timing import UNMADE, UNMADE_LONG
from hone_trainer.contract.assignment import Progress
from tests.plan.builders import PREPARE, broken, child, decide, done, job, pod, seen, settled

FULL = "Unschedulable: 0/5 nodes are available: 5 Insufficient nvidia.com/gpu"


@pytest.mark.parametrize("seconds", [0, 1, 60, 3600])
def test_pods_that_do_not_start_are_left_alone_until_they_ring(seconds: float) -> None:
    running = settled(job(), seen(settled(job()).status, child(), pod(waiting=FULL))).status
    assert settled(job(), seen(running, child(), pod(waiting=FULL)), seconds).again is None


def test_pods_that_run_are_left_alone() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    assert settled(job(), seen(running, child(ready=1), pod(phase="Running"))).again is None


def test_pods_that_are_not_made_are_looked_for_later_each_time_until_once_a_minute() -> None:
    running = settled(job()).status
    found = []
    for seconds in (0, 4, 10, 20, 40, 600, 36_000):
        again = settled(job(), seen(running, child()), seconds).again
        assert again is not None
        found.append(again.total_seconds())
    first, last = UNMADE.total_seconds(), UNMADE_LONG.total_seconds()
    bounds = (first, first, 10, 20, 40, last, last)
    assert all(top * 3 / 4 <= each <= top for each, top in zip(found, bounds, strict=True))


def test_no_two_jobs_look_for_their_pods_at_the_same_time() -> None:
    def again(uid: str) -> timedelta | None:
        one = job().model_copy(update={"uid": uid})
        return settled(one, seen(settled(one).status, child()), 600).again

    assert len({again(f"uid-{number}") for number in range(100)}) > 90
    assert again("uid-1") == again("uid-1")


def test_a_job_that_waits_for_admission_is_left_alone() -> None:
    running = settled(job()).status
    held = settled(job(), seen(running, child(suspended=True, queued=True)))
    assert held.status.stages[0].message == "waiting for admission"
    assert held.again is None


def test_old_pods_ring_when_they_are_gone() -> None:
    running = settled(job()).status
    failed = decide(job(), seen(running, *broken(exit_code=75))).status
    assert settled(job(), seen(failed, pod(terminating=True))).again is None


def test_a_deadline_is_never_slept_through() -> None:
    whole = job({**PREPARE, "activeDeadlineSeconds": 40})
    running = settled(whole, seen(settled(whole).status, child(ready=1))).status
    made = settled(whole, seen(running, child(ready=1), pod()), seconds=30)
    assert made.again == timedelta(seconds=10)


def test_a_start_deadline_is_never_slept_through() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 3})
    assert settled(whole, seen(settled(whole).status, child())).again == timedelta(seconds=3)


def test_a_deadline_that_is_over_keeps_nobody_awake() -> None:
    prepare = {**PREPARE["prepare"], "workers": 2}
    whole = job({**PREPARE, "prepare": prepare, "startDeadlineSeconds": 3})
    there = (
        child(role="chief", ready=1),
        child(),
        pod(role="chief", phase="Running"),
        pod(),  # its predecessor went away while the gang was at work
    )
    told = {child(role="chief").place: Progress(fraction=0.5)}
    running = settled(whole, seen(settled(whole).status, *there, progress=told), seconds=2).status
    made = settled(whole, seen(running, *there), seconds=60)
    assert (made.status.stage, made.again) == ("data", None)


def test_a_finished_job_is_not_looked_at_again() -> None:
    status = settled(job(), seen(settled(job()).status, *done())).status
    assert settled(job(), seen(status, *done()), seconds=5).again is None


def test_the_time_to_live_is_kept() -> None:
    whole = job(ttlSecondsAfterFinished=60)
    status = settled(whole, seen(settled(whole).status, *done())).status
    assert settled(whole, seen(status, *done()), seconds=20).again == timedelta(seconds=40)
    assert settled(whole, seen(status, child(terminating=True)), seconds=90).again is None


def test_waiting_is_never_a_busy_loop() -> None:
    whole = job({**PREPARE, "activeDeadlineSeconds": 10})
    running = settled(whole, seen(settled(whole).status, child(ready=1))).status
    made = settled(whole, seen(running, child(ready=1)), seconds=9.9)
    assert made.again is not None
    assert made.again >= timedelta(seconds=1)
