"""A failed job that is run again: what succeeded stays, what failed gets another attempt."""

from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.plan.events import announcements
from hone.plan.refusal import refuse
from hone.plan.retry import honoured, prospect, retry
from hone_trainer.contract.assignment import Report, metric
from tests.plan.builders import (
    PREPARE,
    TRAIN,
    at,
    broken,
    child,
    decide,
    done,
    gang_train,
    job,
    manifest,
    seen,
    settled,
)

WHOLE = job(PREPARE, TRAIN)
FATAL = Report(reason="BadLabel", message="use 0 and 1")
fatal = broken("train", exit_code=64, report=FATAL)


def asked(number: int, **more: Any) -> OptimizationJob:
    return job(PREPARE, TRAIN, retry=number, **more)


def failed(whole: OptimizationJob = WHOLE) -> JobStatus:
    """The record after the second stage failed."""
    status = settled(whole, seen(settled(whole).status, *done())).status
    status = settled(whole, seen(status, *done(), *fatal)).status
    assert status.holds("Failed")
    return status


def test_only_what_failed_runs_again() -> None:
    status = failed()
    again = retry(status)
    assert again.finished_at is None
    assert again.stages[0] == status.stages[0]
    assert again.stages[1].gangs[0].attempt == 1
    made = settled(WHOLE, seen(again, *done(), *fatal))
    assert [ref.name for ref in made.delete] == ["demo-train-0-worker-a0"]
    fresh = settled(WHOLE, seen(made.status, *done()))
    assert [m["metadata"]["name"] for m in fresh.create] == ["demo-train-0-worker-a1"]
    assert not fresh.status.holds("Failed")


def test_what_a_failed_stage_found_out_is_told_until_it_is_tried_again() -> None:
    page = manifest("report.html")
    missed = FATAL.model_copy(
        update={"metrics": (metric("auc", 0.6),), "artifacts": (page,), "cautions": ("It loses.",)}
    )
    status = settled(WHOLE, seen(settled(WHOLE).status, *done())).status
    told = broken("train", exit_code=64, report=missed)
    status = settled(WHOLE, seen(status, *done(), *told)).status
    [gang] = status.stages[1].gangs
    assert status.stages[1].metrics == gang.metrics == missed.metrics
    assert (gang.cautions, gang.manifest) == (("It loses.",), None)
    assert [each.name for each in status.artifacts] == ["data/manifest", "train/report.html"]
    again = retry(status)
    assert [each.name for each in again.artifacts] == ["data/manifest"]
    assert not again.stages[1].metrics


def test_a_crash_tells_no_figures() -> None:
    said = Report(reason="Crashed", metrics=(metric("auc", 0.6),), artifacts=(manifest(),))
    status = settled(WHOLE, seen(settled(WHOLE).status, *done())).status
    status = settled(WHOLE, seen(status, *done(), *broken("train", report=said))).status
    assert [each.name for each in status.artifacts] == ["data/manifest"]
    assert not status.stages[1].metrics


def test_a_job_that_has_not_failed_stays_as_it_is() -> None:
    running = settled(WHOLE).status
    assert retry(running) is running


def test_a_raised_number_takes_a_failed_job_up_where_it_failed() -> None:
    status = failed()
    made = settled(asked(1), seen(status, *done(), *fatal))
    assert (made.status.retry, made.status.finished_at) == (1, None)
    assert made.status.stages[0] == status.stages[0]
    assert [ref.name for ref in made.delete] == ["demo-train-0-worker-a0"]
    begun = settled(asked(1), seen(made.status, *done()), seconds=99)
    assert [each["metadata"]["name"] for each in begun.create] == ["demo-train-0-worker-a1"]
    ended = broken("train", attempt=1, exit_code=64, report=FATAL)
    once = settled(asked(1), seen(begun.status, *done(), *ended), seconds=99)
    assert once.status.holds("Failed"), "the same number is taken up once"
    assert settled(asked(2), seen(once.status, *done(), *ended), seconds=99).status.retry == 2


def test_a_failure_that_is_taken_up_is_one_transition_and_one_event() -> None:
    status = failed()
    after = decide(asked(1), seen(status, *done(), *fatal), seconds=99).status
    told = [(each.reason, each.message) for each in announcements(status, after)]
    assert told[0] == ("Retrying", "spec.retry is 1: stage train is tried again")
    assert [reason for reason, _ in told] == ["Retrying", "StageRunning"]
    for kind, holds, moved in (("Failed", "False", True), ("Accepted", "True", False)):
        old, new = status.condition(kind), after.condition(kind)
        assert old
        assert new
        assert (new.status, new.last_transition_time != old.last_transition_time) == (holds, moved)


@pytest.mark.parametrize("objects", [done(), (child(ready=1),)])
def test_a_number_raised_before_a_failure_is_none_for_it(objects: Any) -> None:
    status = settled(asked(3), seen(settled(WHOLE).status, *objects)).status
    assert status.retry == 3
    begun = settled(asked(3), seen(status, *done())).status
    late = settled(asked(3), seen(begun, *done(), *fatal)).status
    assert settled(asked(3), seen(late, *done(), *fatal)).status.holds("Failed")
    assert honoured(late, 3) is late


def test_a_deadline_begins_anew() -> None:
    limited = PREPARE | {"activeDeadlineSeconds": 60}
    status = settled(job(limited), seen(settled(job(limited)).status, child(ready=1)), 60).status
    assert status.condition("Failed").reason == "DeadlineExceeded"  # type: ignore[union-attr]
    again = job(limited, retry=1)
    begun = settled(again, seen(status), seconds=1000)
    assert settled(again, seen(begun.status), seconds=1059).status.stages[0].state == "Running"


def test_members_that_did_well_are_kept() -> None:
    whole = job(PREPARE, gang_train(), retry=0)
    status = settled(whole, seen(settled(whole).status, *done())).status
    left = (*done(), *done("train", 0), *broken("train", 1, exit_code=64, report=FATAL))
    status = settled(whole, seen(status, *left)).status
    told = prospect(whole, status)
    assert told.number == 1
    assert "from stage train, members 1 of 2 (spec.retry: 1)" in told.message
    again = settled(job(PREPARE, gang_train(), retry=1), seen(status, *left)).status
    assert [gang.state for gang in again.stages[1].gangs] == ["Succeeded", "Pending"]


@pytest.mark.parametrize(
    ("spec", "status", "number", "words"),
    [
        (asked(0), JobStatus(), None, "has not failed: it is at its start, and goes on"),
        (asked(0), settled(WHOLE).status, None, "has not failed: it is at data, and goes on"),
        (asked(0), failed(), 1, "is tried again from stage train (spec.retry: 1); what was"),
        (asked(5), failed(asked(5)), 6, "(spec.retry: 6)"),
        (asked(1), failed(), None, "was asked for again already (spec.retry: 1), and its operator"),
        (asked(0, suspend=True), failed(), 1, "it is suspended: set spec.suspend to false, too"),
        (
            asked(0),
            refuse(JobStatus(), 1, "spec.x: no", at(0)),
            None,
            "no retry changes that: spec.x: no; apply it anew, corrected",
        ),
    ],
)
def test_what_a_retry_would_do_is_said_beforehand(
    spec: OptimizationJob, status: JobStatus, number: int | None, words: str
) -> None:
    found = prospect(spec, status)
    assert found.number == number
    assert words in found.message


def test_of_a_complete_job_nothing_is_tried_again() -> None:
    complete = settled(job(), seen(settled(job()).status, *done())).status
    assert prospect(job(), complete).number is None
    assert settled(job(retry=1), seen(complete, *done())).status.holds("Complete")
