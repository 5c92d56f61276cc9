"""Conditions: what kubectl wait, GitOps tools and people read."""

from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.plan.refusal import refuse
from hone_trainer.contract.assignment import Report
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
    seen,
    settled,
)

ALWAYS = {
    "Accepted",
    "Suspended",
    "Running",
    "Restarting",
    "Complete",
    "Failed",
    "Caution",
    "Reconciling",
    "Stalled",
}


def true(status: JobStatus) -> set[str]:
    return {c.type for c in status.conditions if c.status == "True"}


def running() -> JobStatus:
    return settled(job()).status


def finished() -> JobStatus:
    return decide(job(), seen(running(), *done())).status


def failed() -> JobStatus:
    said = Report(reason="BadLabel", message="use 0 and 1")
    return decide(job(), seen(running(), *broken(exit_code=64, report=said))).status


@pytest.mark.parametrize(
    ("status", "holding"),
    [
        (running(), {"Accepted", "Reconciling"}),
        (settled(job(), seen(running(), child(ready=1))).status, {"Accepted", "Running"}),
        (finished(), {"Accepted", "Complete"}),
        (failed(), {"Accepted", "Failed", "Stalled"}),
        (
            decide(job(), seen(running(), *broken())).status,
            {"Accepted", "Restarting", "Reconciling"},
        ),
        (settled(job(suspend=True)).status, {"Accepted", "Suspended"}),
    ],
    ids=["starting", "running", "complete", "failed", "restarting", "suspended"],
)
def test_what_holds_in_each_state(status: JobStatus, holding: set[str]) -> None:
    assert {c.type for c in status.conditions} == ALWAYS
    assert true(status) == holding


def test_every_condition_has_a_reason_and_names_its_generation() -> None:
    for condition in finished().conditions:
        assert condition.reason
        assert condition.observed_generation == 1


def test_a_time_moves_only_when_the_condition_turns() -> None:
    first = running()
    later = decide(job(), seen(first, *done()), seconds=60).status
    for condition in later.conditions:
        old = first.condition(condition.type)
        assert old is not None
        turned = old.status != condition.status
        moved = old.last_transition_time != condition.last_transition_time
        assert turned == moved, condition.type


def test_reconciling_ends_with_the_first_pod_and_never_comes_back() -> None:
    whole = job(PREPARE, TRAIN)
    ready = settled(whole, seen(settled(whole).status, child(ready=1))).status
    assert not ready.holds("Reconciling")
    between = settled(whole, seen(ready, *done())).status
    assert between.stages[1].state == "Running"
    assert not between.holds("Reconciling")


def test_failure_names_the_stage_the_member_and_the_remedy() -> None:
    whole = job(PREPARE, gang_train(members=2))
    status = settled(whole, seen(settled(whole).status, *done())).status
    said = Report(reason="BadLabel", message="use 0 and 1")
    lost = broken("train", 1, exit_code=64, report=said)
    status = decide(whole, seen(status, *done(), *lost)).status
    condition = status.condition("Failed")
    assert condition is not None
    assert condition.reason == "BadLabel"
    assert condition.message == "stage train: use 0 and 1 (worker 0)"
    assert status.stage == "Failed: train"


def test_a_refused_spec_is_final() -> None:
    status = refuse(JobStatus(), 4, "stages[0]: no", at(0))
    assert true(status) == {"Failed", "Stalled"}
    accepted = status.condition("Accepted")
    assert accepted is not None
    assert (accepted.status, accepted.reason) == ("False", "InvalidSpec")
    assert accepted.message == "stages[0]: no"
    assert status.observed_generation == 4
    assert refuse(status, 4, "stages[0]: no", at(99)) == status


@pytest.mark.parametrize("length", [0, 1024, 5000])
def test_messages_fit_the_schema(length: int) -> None:
    said = Report(reason="BadLabel", message="x" * min(length, 1024))
    status = decide(job(), seen(running(), *broken(exit_code=64, report=said))).status
    for condition in status.conditions:
        assert len(condition.message) <= 1024
    dumped: dict[str, Any] = status.dump()
    assert JobStatus.model_validate(dumped) == status
