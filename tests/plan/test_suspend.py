"""Suspended near a stage's end: what had ended counts, and nothing left bars the next start."""

from datetime import timedelta
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.plan.world import JobView, PodView, stamp
from tests.plan.builders import PREPARE, at, broken, child, done, job, pod, seen, settled
from tests.plan.test_plan import names, state

Objects = tuple[JobView | PodView, ...]
PAUSED = job(suspend=True)
LOST: Objects = (child(complete=True, succeeded=1),)
CRASHED: Objects = broken()


def suspended() -> JobStatus:
    return settled(PAUSED, seen(settled(job()).status, child(ready=1))).status


def test_an_output_that_was_committed_before_the_suspension_counts() -> None:
    running = settled(job()).status
    assert state(settled(PAUSED, seen(running, *done()))) == "Succeeded"


@pytest.mark.parametrize("whole", [PAUSED, job()])
def test_an_output_that_is_seen_after_the_suspension_counts(whole: Any) -> None:
    made = settled(whole, seen(suspended(), *done()))
    assert state(made) == "Succeeded"
    assert made.status.holds("Complete")


@pytest.mark.parametrize("left", [LOST, CRASHED])
def test_what_ended_otherwise_is_cleared_away(left: Objects) -> None:
    waits = settled(PAUSED, seen(suspended(), *left))
    assert state(waits) == "Suspended"
    assert [ref.name for ref in waits.delete] == ["demo-data-0-worker-a0"]
    resumed = settled(job(), seen(suspended(), *left))
    assert [ref.name for ref in resumed.delete] == ["demo-data-0-worker-a0"]
    assert not resumed.create
    assert names(settled(job(), seen(resumed.status))) == ["demo-data-0-worker-a0"]


def test_a_failure_that_is_seen_together_with_the_suspension_is_counted() -> None:
    made = settled(PAUSED, seen(settled(job()).status, *CRASHED))
    [gang] = made.status.stages[0].gangs
    assert (gang.state, gang.attempt, gang.restarts.application) == ("Suspended", 1, 1)
    assert gang.message.endswith("; spec.suspend is true")
    assert "exit code 1" in gang.message


def test_the_last_failure_ends_a_suspended_job_too() -> None:
    paused = job({**PREPARE, "retries": 0}, suspend=True)
    assert state(settled(paused, seen(settled(job()).status, *CRASHED))) == "Failed"


@pytest.mark.parametrize("left", [done(), LOST, CRASHED, (child(ready=1),), (child(attempt=77),)])
def test_what_is_left_of_a_job_whose_record_was_emptied_is_cleared_away(left: Objects) -> None:
    made = settled(job(), seen(JobStatus(), *left))
    assert state(made) == "Pending"
    assert [ref.name for ref in made.delete] == [left[0].name]
    assert not made.create
    assert left[0].name in made.status.stages[0].message


def test_a_start_names_the_pod_that_it_waits_for() -> None:
    made = settled(job(), seen(JobStatus(), pod(terminating=True)))
    message = made.status.stages[0].message
    assert message == "waiting until pod demo-data-0-worker-a0-0-xxxxx is gone"


LIMITED = {**PREPARE, "activeDeadlineSeconds": 60}


def test_time_suspended_does_not_count_towards_the_deadline() -> None:
    started = settled(job(LIMITED)).status
    paused = settled(job(LIMITED, suspend=True), seen(started, child(ready=1)), seconds=50)
    assert state(settled(job(LIMITED, suspend=True), seen(paused.status), 500)) == "Suspended"
    resumed = settled(job(LIMITED), seen(paused.status), seconds=1000)
    assert state(resumed) == "Running"
    assert resumed.status.stages[0].resumed_at == stamp(at(1000))
    working = settled(job(LIMITED), seen(resumed.status, child(ready=1)), seconds=1059)
    assert state(working) == "Running", "as a Job's, the time begins anew"
    assert working.again == timedelta(seconds=1)
    assert state(settled(job(LIMITED), seen(working.status, child(ready=1)), 1060)) == "Failed"


def test_a_job_that_begins_suspended_has_not_started() -> None:
    paused = settled(job(LIMITED, suspend=True))
    assert (paused.status.started_at, paused.again) == (None, None)
    begun = settled(job(LIMITED), seen(paused.status), seconds=1000)
    assert begun.status.started_at == stamp(at(1000))


def test_a_deadline_that_passes_while_the_operator_is_away_ends_no_suspended_job() -> None:
    started = settled(job(LIMITED)).status
    made = settled(job(LIMITED, suspend=True), seen(started, child(ready=1)), seconds=500)
    assert state(made) == "Suspended"
