"""What conditions say when it is not the plain case, whatever was recorded before."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.api.status import Condition, GangStatus, JobStatus, StageStatus, State
from hone.plan.conditions import conditions, renew
from tests.plan.builders import at

THEN, NOW = "2030-01-01T00:00:00Z", "2030-01-01T00:01:00Z"
STATES: tuple[State, ...] = get_args(State)


def told(state: State, *gangs: dict[str, Any]) -> dict[str, Condition]:
    """What is said of a job whose second stage has these members."""
    first = {"name": "data", "kind": "prepare", "state": "Succeeded"}
    members = [{"member": n, **gang} for n, gang in enumerate(gangs)]
    second = {"name": "train", "kind": "train", "state": state, "gangs": members}
    status = JobStatus.model_validate({"stages": [first, second]})
    return {each.type: each for each in conditions(status, state, 3, at(60))}


LOST = {"state": "Failed", "reason": "BadLabel", "message": "use 0 and 1"}
STOPPED = {"state": "Failed", "reason": "Stopped", "message": "another member failed"}


@pytest.mark.parametrize(
    ("gangs", "reason", "message"),
    [
        ([STOPPED, LOST], "BadLabel", "stage train: use 0 and 1"),
        ([LOST, LOST | {"reason": "Other"}], "BadLabel", "stage train: use 0 and 1"),
        ([LOST | {"reason": ""}], "StageFailed", "stage train: use 0 and 1"),
        ([STOPPED, STOPPED], "StageFailed", "stage train"),
        ([], "StageFailed", "stage train"),
        ([LOST | {"message": "x" * 1024}], "BadLabel", f"stage train: {'x' * 1011}"),
    ],
)
def test_the_first_that_failed_by_itself_is_the_reason(
    gangs: list[Any], reason: str, message: str
) -> None:
    for kind in ("Failed", "Stalled"):
        found = told("Failed", *gangs)[kind]
        assert (found.status, found.reason, found.message) == ("True", reason, message)


@pytest.mark.parametrize(
    ("gangs", "holds"),
    [
        ([{"state": "Running", "ready": 1}], True),
        ([{"state": "Running"}], False),
        ([{"state": "Running"}, {"state": "Succeeded", "ready": 1}], False),
        ([{"state": "Pending"}, {"state": "Running", "ready": 1}], True),
    ],
)
def test_a_job_runs_once_a_pod_at_work_is_ready(gangs: list[Any], holds: bool) -> None:
    found = told("Running", *gangs)["Running"]
    assert (found.status == "True") == holds
    assert found.reason == ("PodsReady" if holds else "NoPods")
    assert found.message == ("stage train" if holds else "")


def test_a_restart_is_told_in_the_gangs_words() -> None:
    again = {"state": "Pending", "attempt": 1, "message": "restarting: lost"}
    found = told("Running", {"state": "Running", "ready": 1}, again)["Restarting"]
    assert (found.status, found.reason) == ("True", "GangRestarting")
    assert found.message == "stage train: restarting: lost"
    assert told("Running", {"state": "Pending"})["Restarting"].reason == "Steady"


gangs = st.lists(
    st.builds(
        GangStatus,
        state=st.sampled_from(STATES),
        ready=st.integers(0, 2),
        attempt=st.integers(0, 2),
        message=st.sampled_from(["", "why", "x" * 1024]),
    ),
    max_size=3,
).map(tuple)
stages = st.lists(
    st.builds(
        StageStatus,
        name=st.just("s"),
        kind=st.just("k"),
        state=st.sampled_from(STATES),
        gangs=gangs,
    ),
    max_size=3,
).map(tuple)


@settings(deadline=None)
@given(stages, st.sampled_from(STATES))
def test_whatever_was_seen_the_conditions_agree(seen: Any, state: State) -> None:
    found = {c.type: c for c in conditions(JobStatus(stages=seen), state, 3, at(60))}
    held = {kind for kind, each in found.items() if each.status == "True"}
    assert len(held & {"Suspended", "Running", "Complete", "Failed"}) <= 1
    assert len(held & {"Reconciling", "Stalled", "Complete"}) <= 1
    assert all(each.message == "" for kind, each in found.items() if kind not in held)
    assert all(each.reason and each.observed_generation == 3 for each in found.values())


@pytest.mark.parametrize(
    ("before", "holds", "since"),
    [
        (None, True, NOW),
        (None, False, NOW),
        ("True", True, THEN),
        ("True", False, NOW),
        ("False", False, THEN),
        ("False", True, NOW),
        ("Unknown", True, NOW),
    ],
)
def test_a_condition_holds_since_it_began_to(before: Any, holds: bool, since: str) -> None:
    old = [
        Condition(type="Failed", status=before, reason="Old", last_transition_time=THEN)
        for _ in (before,)
        if before
    ]
    found = renew(JobStatus(conditions=tuple(old)), "Failed", holds, "New", "w" * 2000, 3, at(60))
    assert (found.last_transition_time, found.reason) == (since, "New")
    assert found.message == "w" * 1024
