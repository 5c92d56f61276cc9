"""Stages of others: the shape of their gangs, how they are restarted, and how they end."""

from types import SimpleNamespace
from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.plan.manifests import role_of
from hone.plan.site import Site
from hone.plan.world import JobView, PodView
from hone_trainer.contract.assignment import Assignment, Exit, Report, StageFailure, Store
from hone_trainer.contract.stage import Gang
from hone_trainer.custom.spec import Custom
from tests.plan.builders import SITE, broken, child, decide, job, pod, seen, settled

CHIEF, WORKERS, SERVER = {"name": "chief"}, {"name": "worker", "replicas": 2}, {"name": "ps"}
WATCHER = {"name": "evaluator"}


def custom(*roles: dict[str, Any], **words: Any) -> OptimizationJob:
    """A job of one stage of this kind."""
    given: dict[str, Any] = {"command": ["python", "train.py"], **words}
    if roles:
        given["roles"] = list(roles)
    return job({"name": "own", "image": "shop/trainer:1", "custom": given})


def gang_of(whole: OptimizationJob) -> Gang:
    gang: Gang = whole.spec.stages[0].value.gangs()[0]
    return gang


def made(whole: OptimizationJob, role: int = 0, attempt: int = 0, site: Site = SITE) -> Any:
    gang = gang_of(whole)
    return role_of(whole, whole.spec.stages[0], gang, gang.roles[role], attempt, (), site)[-1]


@pytest.mark.parametrize(
    ("roles", "shape"),
    [
        ((), [("worker", 1, False)]),
        ((WORKERS,), [("worker", 2, False)]),
        ((WORKERS, CHIEF), [("chief", 1, False), ("worker", 2, False)]),
        ((SERVER, WORKERS), [("worker", 2, False), ("ps", 1, False)]),
        (
            (WATCHER, SERVER, WORKERS, CHIEF),
            [("chief", 1, False), ("worker", 2, True), ("ps", 1, False), ("evaluator", 1, True)],
        ),
        (
            ({**WORKERS, "replaceable": False}, CHIEF, {**SERVER, "replaceable": True}),
            [("chief", 1, False), ("worker", 2, False), ("ps", 1, True)],
        ),
        (({"name": "worker", "replicas": 4, "replaceable": True},), [("worker", 4, True)]),
    ],
)
def test_the_role_that_leads_comes_first(
    roles: tuple[dict[str, Any], ...], shape: list[tuple[str, int, bool]]
) -> None:
    gang = gang_of(custom(*roles))
    assert [(role.name, role.replicas, role.replaceable) for role in gang.roles] == shape
    assert [role.name for role in gang.roles if not role.listed] == (
        ["evaluator"] if WATCHER in roles else []
    )


@pytest.mark.parametrize(
    ("restart", "permanent"),
    [("onFailure", set()), ("exitCode", set(range(1, 128))), ("never", set(range(1, 256)))],
)
def test_which_codes_are_for_good(restart: str, permanent: set[int]) -> None:
    stage = Custom.model_validate({"command": ["a"], "restart": restart})
    assert {code for code in range(1, 256) if stage.permanent(code)} == permanent


def fate(whole: OptimizationJob, *objects: JobView | PodView) -> Any:
    """What becomes of the gang."""
    status = decide(whole, seen(settled(whole).status, *objects)).status
    return status.stages[0].gangs[0]


@pytest.mark.parametrize(
    ("restart", "how", "state", "cause"),
    [
        ("onFailure", {"exit_code": 1}, "Pending", "application"),
        ("onFailure", {"exit_code": Exit.DO_NOT_RETRY}, "Pending", "application"),
        # The trainer's codes say nothing here: a program that always ends so must not go on so.
        ("onFailure", {"exit_code": Exit.INTERRUPTED}, "Pending", "application"),
        ("onFailure", {"exit_code": Exit.PEER_LOST}, "Pending", "application"),
        ("exitCode", {"exit_code": 1}, "Failed", ""),
        ("exitCode", {"exit_code": 127}, "Failed", ""),
        ("exitCode", {"exit_code": 139}, "Pending", "application"),
        ("exitCode", {"exit_code": 137, "cause": "OOMKilled"}, "Pending", "out_of_memory"),
        ("exitCode", {"exit_code": 1, "disrupted": True}, "Pending", "preemption"),
        ("never", {"exit_code": 139}, "Failed", ""),
        ("never", {"exit_code": 143, "disrupted": True}, "Pending", "preemption"),
    ],
)
def test_failures_are_answered_as_was_asked(
    restart: str, how: dict[str, Any], state: str, cause: str
) -> None:
    gang = fate(custom(restart=restart), *broken("own", **how))
    assert gang.state == state
    if cause:
        assert getattr(gang.restarts, cause) == 1


def test_one_signal_among_the_first_failures_is_a_reason_to_try_again() -> None:
    failed = child("own", failed="x")
    small = pod("own", exit_code=1, finished_at="t")
    for moment, state in (("t", "Pending"), ("u", "Failed")):
        signal = pod("own", index=1, exit_code=134, finished_at=moment)
        gang = fate(custom(WORKERS, restart="exitCode"), failed, small, signal)
        assert gang.state == state


def test_the_message_of_a_failure_is_the_end_of_the_log() -> None:
    gang = fate(custom(restart="never"), *broken("own", said="KeyError: 'user'"))
    assert (gang.reason, gang.message) == ("Failed", "exit code 1: KeyError: 'user'")


def test_figures_of_a_program_that_failed_are_no_reason() -> None:
    gang = fate(custom(restart="never"), *broken("own", report=Report()))
    assert (gang.state, gang.reason) == ("Failed", "Failed")
    assert "exit code 1" in gang.message


@pytest.mark.parametrize(
    ("words", "message", "metrics"),
    [
        ({}, "role worker has ended well", 0),
        ({"said": "all fine"}, "all fine", 0),
        ({"report": Report(message="done")}, "done", 0),
    ],
)
def test_a_program_that_ends_well_has_succeeded_whatever_it_said(
    words: dict[str, Any], message: str, metrics: int
) -> None:
    ended = pod("own", phase="Succeeded", exit_code=0, **words)
    gang = fate(custom(), child("own", complete=True, succeeded=1), ended)
    assert (gang.state, gang.message, len(gang.metrics)) == ("Succeeded", message, metrics)


def test_a_program_whose_pod_is_gone_is_not_run_again() -> None:
    gang = fate(custom(), child("own", complete=True, succeeded=1))
    assert (gang.state, gang.attempt) == ("Succeeded", 0)


def test_what_still_runs_after_the_chief_is_deleted() -> None:
    whole = custom(CHIEF, WORKERS, SERVER, WATCHER)
    jobs = [
        child("own", role=role, **state)
        for role, state in (
            ("chief", {"complete": True, "succeeded": 1}),
            ("worker", {"complete": True, "succeeded": 2}),
            ("ps", {"ready": 1}),
            ("evaluator", {"ready": 1}),
        )
    ]
    made = settled(whole, seen(settled(whole).status, *jobs))
    assert made.status.holds("Complete")
    assert [ref.name for ref in made.delete] == ["demo-own-0-ps-a0", "demo-own-0-evaluator-a0"]


def test_a_stage_of_others_makes_nothing_for_later_stages() -> None:
    assert (Custom.needs, Custom.makes, Custom.reports) == ((), None, False)


def test_a_trainer_that_is_asked_to_run_one_says_no() -> None:
    task = Assignment(namespace="n", job="j", uid="u", stage="own", run={}, store=Store(uri="/a"))
    nobody = SimpleNamespace(task=task)
    with pytest.raises(StageFailure, match="runs its own image"):
        Custom(command=("a",)).run(nobody)  # type: ignore[arg-type]
