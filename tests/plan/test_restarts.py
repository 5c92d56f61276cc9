"""Restarts: what went wrong, what it is counted as, and what is tried again."""

from typing import Any

import pytest

from hone.api.status import MOST
from hone_trainer.contract.assignment import Report
from tests.plan.builders import (
    PREPARE,
    at,
    broken,
    child,
    decide,
    done,
    gang_train,
    job,
    pod,
    seen,
    settled,
)
from tests.plan.test_plan import names, state


@pytest.mark.parametrize(
    ("how", "cause", "waits"),
    [
        ({"exit_code": 1, "report": Report(reason="Crashed", message="boom")}, "application", 3),
        ({"exit_code": 137, "cause": "OOMKilled"}, "outOfMemory", 3),
        ({"exit_code": 143, "disrupted": True}, "preemption", 0),
        ({"exit_code": 75}, "preemption", 0),
        ({"exit_code": 76}, "preemption", 0),
    ],
)
def test_restarts_are_counted_by_cause(how: dict[str, Any], cause: str, waits: int) -> None:
    running = settled(job()).status
    made = decide(job(), seen(running, *broken(**how)))
    gang = made.status.stages[0].gangs[0]
    assert (gang.state, gang.attempt) == ("Pending", 1)
    assert gang.restarts.model_dump() == {
        "application": 0,
        "outOfMemory": 0,
        "preemption": 0,
        cause: 1,
    }
    assert gang.not_before == (at(waits).strftime("%Y-%m-%dT%H:%M:%SZ") if waits else None)
    assert made.status.holds("Restarting")


def test_a_deleted_pod_is_no_fault_of_the_code() -> None:
    running = settled(job()).status
    made = decide(job(), seen(running, child(failed="BackoffLimitExceeded")))
    assert made.status.stages[0].gangs[0].restarts.preemption == 1


def test_the_old_attempt_is_deleted_and_awaited() -> None:
    running = settled(job()).status
    failed = decide(job(), seen(running, *broken(exit_code=75))).status
    waiting = settled(job(), seen(failed, *broken(exit_code=75)))
    assert [ref.name for ref in waiting.delete] == ["demo-data-0-worker-a0"]
    assert not waiting.create
    still = settled(job(), seen(waiting.status, pod(terminating=True)), seconds=6)
    assert state(still) == "Pending"
    why = still.status.stages[0].gangs[0].message
    assert why == (
        "restarting: a pod was stopped or deleted;"
        " waiting until pod demo-data-0-worker-a0-0-xxxxx is gone"
    ), "why it restarts is told until it starts"
    assert not still.create
    gone = settled(job(), seen(waiting.status))
    assert names(gone) == ["demo-data-0-worker-a1"]


def test_backoff_is_waited_for() -> None:
    running = settled(job()).status
    failed = decide(job(), seen(running, *broken())).status
    early = settled(job(), seen(failed), seconds=1)
    assert state(early) == "Pending"
    assert early.again is not None
    assert early.again.total_seconds() == 2
    assert state(settled(job(), seen(failed), seconds=3)) == "Running"


def test_what_cannot_succeed_is_not_tried_again() -> None:
    running = settled(job()).status
    said = Report(reason="ColumnNotFound", message="no column clicked; there are user, item")
    made = decide(job(), seen(running, *broken(exit_code=64, report=said)))
    assert state(made) == "Failed"
    failed = made.status.condition("Failed")
    assert failed is not None
    assert (failed.status, failed.reason) == ("True", "ColumnNotFound")
    assert failed.message == "stage data: no column clicked; there are user, item"
    assert made.status.holds("Stalled")
    assert not made.status.holds("Reconciling")


def test_retries_end() -> None:
    whole = job({**PREPARE, "retries": 1})
    status = settled(whole).status
    status = decide(whole, seen(status, *broken())).status
    status = settled(whole, seen(status), seconds=60).status
    made = decide(whole, seen(status, *broken(attempt=1)), seconds=70)
    assert state(made) == "Failed"


def test_preemption_never_uses_up_the_retries() -> None:
    whole = job({**PREPARE, "retries": 0})
    status = settled(whole).status
    for attempt in range(5):
        status = decide(whole, seen(status, *broken(attempt=attempt, exit_code=75))).status
        status = settled(whole, seen(status)).status
    assert status.stages[0].gangs[0].attempt == 5
    assert status.restarts == 5


def test_one_lost_member_stops_the_others() -> None:
    whole = job(PREPARE, gang_train(members=2))
    status = settled(whole, seen(settled(whole).status, *done())).status
    fatal = broken("train", 0, exit_code=64, report=Report(reason="BadLabel", message="no"))
    made = settled(whole, seen(status, *done(), *fatal, child("train", 1, ready=2)))
    assert [g.reason for g in made.status.stages[1].gangs] == ["BadLabel", "Stopped"]
    assert [ref.name for ref in made.delete] == ["demo-train-1-worker-a0"]
    assert made.status.holds("Failed")


def test_a_lost_report_is_asked_for_again() -> None:
    running = settled(job()).status
    made = decide(job(), seen(running, child(complete=True, succeeded=1)))
    assert (state(made), made.status.stages[0].gangs[0].attempt) == ("Pending", 1)


def test_a_pod_that_ends_well_without_a_report_is_not_tried_for_ever() -> None:
    whole = job({**PREPARE, "retries": 1})
    status = settled(whole).status
    for attempt, outcome in ((0, "Pending"), (1, "Failed")):
        silent = pod(attempt=attempt, phase="Succeeded", exit_code=0, said="hello")
        ended = child(attempt=attempt, complete=True, succeeded=1)
        made = decide(whole, seen(status, ended, silent), seconds=60 * attempt)
        assert state(made) == outcome
        status = settled(whole, seen(made.status), seconds=60).status
    [gang] = status.stages[0].gangs
    assert (gang.reason, gang.restarts.application) == ("ReportUnreadable", 1)
    assert "hello" in gang.message


def test_attempts_are_counted_no_further_than_a_record_holds() -> None:
    [stage] = settled(job()).status.stages
    last = stage.gangs[0].model_copy(update={"attempt": MOST})
    status = settled(job()).status.model_copy(
        update={"stages": (stage.model_copy(update={"gangs": (last,)}),)}
    )
    made = decide(job(), seen(status, *broken(attempt=MOST, exit_code=75)))
    assert state(made) == "Failed"
