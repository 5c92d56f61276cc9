"""When to look again: whatever no event announces has its moment."""

from datetime import timedelta

from hone.plan.timing import SAFETY, SOON, STARTING
from tests.plan.builders import PREPARE, broken, child, decide, done, job, pod, seen, settled


def test_pods_that_do_not_start_are_looked_at_again_soon() -> None:
    running = settled(job()).status
    assert settled(job(), seen(running, child())).again == STARTING


def test_pods_that_run_are_left_alone() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    assert settled(job(), seen(running, child(ready=1))).again == SAFETY


def test_old_pods_are_awaited() -> None:
    running = settled(job()).status
    failed = decide(job(), seen(running, *broken(exit_code=75))).status
    assert settled(job(), seen(failed, pod(terminating=True))).again == SOON


def test_a_deadline_is_never_slept_through() -> None:
    whole = job({**PREPARE, "activeDeadlineSeconds": 40})
    running = settled(whole, seen(settled(whole).status, child(ready=1))).status
    made = settled(whole, seen(running, child(ready=1)), seconds=30)
    assert made.again == timedelta(seconds=10)


def test_a_start_deadline_is_never_slept_through() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 3})
    assert settled(whole, seen(settled(whole).status, child())).again == timedelta(seconds=3)


def test_a_finished_job_is_not_looked_at_again() -> None:
    status = settled(job(), seen(settled(job()).status, *done())).status
    assert settled(job(), seen(status, *done()), seconds=5).again is None


def test_the_time_to_live_is_kept() -> None:
    whole = job(ttlSecondsAfterFinished=60)
    status = settled(whole, seen(settled(whole).status, *done())).status
    assert settled(whole, seen(status, *done()), seconds=20).again == timedelta(seconds=40)


def test_waiting_is_never_a_busy_loop() -> None:
    whole = job({**PREPARE, "activeDeadlineSeconds": 10})
    running = settled(whole, seen(settled(whole).status, child(ready=1))).status
    made = settled(whole, seen(running, child(ready=1)), seconds=9.9)
    assert made.again is not None
    assert made.again >= timedelta(seconds=1)
