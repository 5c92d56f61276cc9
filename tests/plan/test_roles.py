"""Gangs of several roles: whose end decides, who is replaced, and who is to blame."""

from typing import Any

import pytest

from hone.api.execution import Execution
from hone.api.status import GangStatus, JobStatus, StageStatus
from hone.plan.failures import answer
from hone.plan.gang import advance
from hone.plan.sight import GangView
from hone.plan.terms import Terms
from hone.plan.world import JobView, PodView
from hone_trainer.contract.assignment import Exit, Progress
from hone_trainer.contract.stage import Gang, Role, Stage
from tests.plan.builders import at, child, job, pod, report, seen, settled

SHAPE = Gang(0, (Role("chief"), Role("worker", 3, replaceable=True), Role("ps", 2)))
TERMS = Terms(job().spec.stages[0], SHAPE, Execution())
RUNNING = GangStatus(state="Running", size=6)

CHIEF_DONE = child(role="chief", complete=True, succeeded=1)
CHIEF_WELL = pod(role="chief", phase="Succeeded", exit_code=0, report=report())
WORKERS = child(role="worker", ready=3)
SERVERS = child(role="ps", ready=2)


def with_gang(gang: GangStatus = RUNNING) -> JobStatus:
    """A record with this gang alone."""
    return JobStatus(stages=(StageStatus(name="data", kind="prepare", gangs=(gang,)),))


def step(
    *objects: JobView | PodView, gang: GangStatus = RUNNING, terms: Terms = TERMS, **more: Any
) -> GangStatus:
    """The gang's next state."""
    world = seen(with_gang(gang), *objects, **more)
    [gang] = world.status.stages[0].gangs
    return advance(gang, terms, GangView.of(world, "data", gang), at(0))


def gone(role: str, **state: Any) -> tuple[JobView, PodView]:
    """A role that failed."""
    how: dict[str, Any] = {"phase": "Failed", "exit_code": 1} | state
    return child(role=role, failed="BackoffLimitExceeded"), pod(role=role, **how)


def test_the_chiefs_end_decides() -> None:
    made = step(CHIEF_DONE, CHIEF_WELL, WORKERS, SERVERS)
    assert (made.state, made.ready, made.message) == ("Succeeded", 6, "done")


@pytest.mark.parametrize("role", ["worker", "ps"])
def test_who_dies_after_the_chiefs_success_changes_nothing(role: str) -> None:
    assert step(*gone(role), CHIEF_DONE, CHIEF_WELL).state == "Succeeded"


@pytest.mark.parametrize("role", ["worker", "ps"])
def test_who_dies_between_the_chiefs_end_and_its_jobs_changes_nothing(role: str) -> None:
    made = step(*gone(role), child(role="chief", ready=0), CHIEF_WELL)
    assert (made.state, made.attempt) == ("Running", 0)


def test_workers_that_are_done_do_not_end_a_gang_with_a_chief() -> None:
    workers = child(role="worker", complete=True, succeeded=3)
    assert step(child(role="chief", ready=1), workers, SERVERS).state == "Running"


@pytest.mark.parametrize("role", ["chief", "ps"])
def test_a_lost_pod_that_cannot_be_replaced_restarts_the_gang(role: str) -> None:
    others = [each for each in (WORKERS, SERVERS) if each.place.role != role]
    made = step(*gone(role), *others)
    assert (made.state, made.attempt, made.restarts.application) == ("Pending", 1, 1)


def test_a_chief_that_ended_well_does_not_excuse_its_own_job() -> None:
    alone = Terms(
        TERMS.spec, Gang(0, (Role("chief", 1, replaceable=True), Role("ps"))), Execution()
    )
    made = step(child(role="chief", failed="gave up"), CHIEF_WELL, SERVERS, terms=alone)
    assert (made.state, made.attempt) == ("Pending", 1)


def test_a_lost_worker_is_replaced_and_the_gang_goes_on() -> None:
    lost = pod(role="worker", index=1, phase="Failed", exit_code=137)
    made = step(child(role="chief", ready=1), child(role="worker", ready=2, lost=1), SERVERS, lost)
    assert (made.state, made.attempt, made.replaced, made.ready) == ("Running", 0, 1, 5)


@pytest.mark.parametrize(
    ("counted", "failed", "before", "replaced"),
    [
        (0, 0, 0, 0),
        (2, 0, 0, 2),
        (0, 2, 0, 2),  # disrupted: its Job counts none of them
        (1, 2, 0, 2),
        (0, 0, 4, 4),  # what was seen is not forgotten
    ],
)
def test_pods_that_were_replaced_are_counted(
    counted: int, failed: int, before: int, replaced: int
) -> None:
    pods = [pod(role="worker", index=i, phase="Failed", exit_code=1) for i in range(failed)]
    jobs = [child(role="chief", ready=1), child(role="worker", ready=3, lost=counted)]
    gang = RUNNING.model_copy(update={"replaced": before})
    assert step(*jobs, *pods, gang=gang).replaced == replaced


def test_another_attempt_counts_anew() -> None:
    pending = GangStatus(state="Pending", size=6, attempt=1, replaced=4)
    made = step(gang=pending)
    assert (made.state, made.replaced) == ("Running", 0)


def test_pods_of_other_roles_are_not_replaced() -> None:
    assert step(child(role="chief", ready=1), child(role="ps", lost=1)).replaced == 0


def test_a_role_that_gave_up_restarts_the_gang() -> None:
    made = step(child(role="chief", ready=1), *gone("worker"), SERVERS)
    assert (made.state, made.attempt, made.restarts.application) == ("Pending", 1, 1)


def test_progress_is_the_leading_roles() -> None:
    posts = {
        child(role="ps").place: Progress(fraction=0.9, message="serving"),
        child(role="chief").place: Progress(fraction=0.4, message="epoch 4"),
    }
    made = step(child(role="chief", ready=1), WORKERS, SERVERS, progress=posts)
    assert (made.progress_percentage, made.message) == (40, "epoch 4")


class Odd(Stage):
    """A stage of others: every small code is for good, and no report is asked for."""

    reports = False

    def permanent(self, exit_code: int) -> bool:
        """Say so."""
        return exit_code < 3


@pytest.mark.parametrize(
    ("stage", "replaceable", "limit", "rules"),
    [
        (Stage(), False, 0, [("FailJob", [Exit.DO_NOT_RETRY]), ("FailJob", None)]),
        (
            Stage(),
            True,
            5,
            [("Ignore", None), ("Ignore", [Exit.INTERRUPTED]), ("FailJob", [Exit.DO_NOT_RETRY])],
        ),
        (Odd(), False, 0, [("FailJob", [1, 2]), ("FailJob", None)]),
        (Odd(), True, 5, [("Ignore", None), ("FailJob", [1, 2])]),
    ],
)
def test_what_a_job_does_by_itself(
    stage: Stage, replaceable: bool, limit: int, rules: list[tuple[str, list[int] | None]]
) -> None:
    made = answer(stage, Role("worker", 2, replaceable=replaceable), 5)
    assert made["backoffLimit"] == limit
    found = [
        (rule["action"], rule.get("onExitCodes", {}).get("values"))
        for rule in made["podFailurePolicy"]["rules"]
    ]
    assert found == rules
    for rule in made["podFailurePolicy"]["rules"]:
        assert ("onExitCodes" in rule) != ("onPodConditions" in rule), "exactly one requirement"


@pytest.mark.parametrize(
    ("before", "state"),
    [({}, "Failed"), ({"replaced": 1}, "Running"), ({"progress_percentage": 5}, "Running")],
)
def test_a_replacement_that_waits_does_not_end_a_gang_at_work(
    before: dict[str, int], state: str
) -> None:
    hurry = Terms(TERMS.spec, SHAPE, Execution(start_deadline_seconds=60))
    gang = RUNNING.model_copy(update={"started_at": "2029-01-01T00:00:00Z", **before})
    pods = [pod(role="chief", phase="Running"), pod(role="worker", waiting="no node")]
    pods += [pod(role="ps", index=index, phase="Running") for index in (0, 1)]
    made = step(child(role="chief", ready=1), WORKERS, SERVERS, *pods, gang=gang, terms=hurry)
    assert made.state == state


def test_a_server_that_never_starts_ends_a_gang_at_work() -> None:
    hurry = Terms(TERMS.spec, SHAPE, Execution(start_deadline_seconds=60))
    gang = RUNNING.model_copy(update={"started_at": "2029-01-01T00:00:00Z", "replaced": 1})
    objects = (child(role="chief", ready=1), child(role="ps"), pod(role="ps"))
    made = step(*objects, gang=gang, terms=hurry)
    assert (made.state, made.reason) == ("Failed", "StartDeadlineExceeded")


def test_a_lone_worker_is_as_before() -> None:
    made = settled(job())
    assert made.create[0]["spec"]["backoffLimit"] == 0
