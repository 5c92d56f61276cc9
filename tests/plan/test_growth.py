"""Memory that grows after every restart for lack of it, and what people read of it."""

from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.plan.plan import Plan
from tests.plan.builders import PREPARE, broken, child, decide, job, pod, seen, settled

STARVED: dict[str, Any] = {"exit_code": 137, "cause": "OOMKilled"}


def growing(**words: Any) -> OptimizationJob:
    """A job whose memory may grow from 2Gi to 4Gi."""
    resources = {"limits": {"memory": "2Gi", "cpu": "1"}, "requests": {"memory": "1Gi"}}
    growth = {"memoryGrowth": {"upTo": "4Gi"}}
    return job({**PREPARE, "resources": resources, **growth, **words})


def after(whole: OptimizationJob, restarts: int, **how: Any) -> Plan:
    """The plan after so many pods that ran out of memory."""
    made = settled(whole)
    for attempt in range(restarts):
        failed = decide(whole, seen(made.status, *broken(attempt=attempt, **STARVED | how)))
        made = settled(whole, seen(failed.status), seconds=1000 * (attempt + 1))
    return made


def resources(made: Plan) -> dict[str, Any]:
    container = made.create[0]["spec"]["template"]["spec"]["containers"][0]
    given: dict[str, Any] = container["resources"]
    return given


@pytest.mark.parametrize(
    ("restarts", "limit", "request_"),
    [(0, "2Gi", "1Gi"), (1, "3Gi", "1536Mi"), (2, "4Gi", "2304Mi"), (3, "4Gi", "3456Mi")],
)
def test_limit_and_request_grow_together(restarts: int, limit: str, request_: str) -> None:
    assert resources(after(growing(), restarts)) == {
        "limits": {"memory": limit, "cpu": "1"},
        "requests": {"memory": request_},
    }


def test_other_restarts_grow_nothing() -> None:
    made = after(growing(), 2, exit_code=1, cause="")
    assert resources(made)["limits"]["memory"] == "2Gi"


@pytest.mark.parametrize(
    "given",
    [{}, {"requests": {"memory": "1Gi"}}, {"limits": {"cpu": "2"}}],
    ids=["nothing", "a request only", "no memory"],
)
def test_without_a_limit_nothing_grows(given: dict[str, Any]) -> None:
    made = after(growing(resources=given), 1)
    assert resources(made) == given
    assert "raise resources.limits.memory" in restart(growing(resources=given), 0)


def test_without_the_word_nothing_grows() -> None:
    whole = job({**PREPARE, "resources": {"limits": {"memory": "2Gi"}}})
    assert resources(after(whole, 2))["limits"]["memory"] == "2Gi"
    assert restart(whole, 0).startswith("restarting: a pod ran out of memory; raise resources")


def restart(whole: OptimizationJob, times: int) -> str:
    """The gang's message as it restarts for the next time."""
    running = after(whole, times).status
    failed = decide(whole, seen(running, *broken(attempt=times, **STARVED)), seconds=9000)
    return failed.status.stages[0].gangs[0].message


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (0, "restarting with memory 3Gi: a pod ran out of memory with 2Gi"),
        (1, "restarting with memory 4Gi: a pod ran out of memory with 3Gi"),
        (
            2,
            "restarting with memory 4Gi: a pod ran out of memory with 4Gi; raise memoryGrowth.upTo",
        ),
    ],
)
def test_a_restart_says_with_how_much(times: int, words: str) -> None:
    assert restart(growing(), times).startswith(words)


@pytest.mark.parametrize(
    ("retries", "words"),
    [
        (1, "with 3Gi; raise resources.limits.memory of the stage (after 1 restarts)"),
        (2, "with 4Gi; raise memoryGrowth.upTo of the stage (after 2 restarts)"),
    ],
)
def test_the_end_names_what_to_raise(retries: int, words: str) -> None:
    whole = growing(retries=retries)
    running = after(whole, retries).status
    made = decide(whole, seen(running, *broken(attempt=retries, **STARVED)), seconds=9000)
    gang = made.status.stages[0].gangs[0]
    assert (gang.state, gang.reason) == ("Failed", "OutOfMemory")
    assert gang.message == f"a pod ran out of memory {words}"


def test_what_a_role_has_for_itself_is_what_grows() -> None:
    own = {"role": "worker", "resources": {"limits": {"memory": "3Gi"}}}
    whole = growing(roles=[own])
    assert resources(after(whole, 1)) == {"limits": {"memory": "4Gi"}}
    assert restart(whole, 0).startswith(
        "restarting with memory 4Gi: a pod ran out of memory with 3"
    )


def test_growth_may_stand_in_the_defaults() -> None:
    stage = {**PREPARE, "resources": {"limits": {"memory": "1Gi"}}}
    whole = job(stage, defaults={"memoryGrowth": {"factor": 2, "upTo": "8Gi"}})
    assert resources(after(whole, 2)) == {"limits": {"memory": "4Gi"}}


def test_a_job_that_is_asked_for_again_begins_with_what_it_had() -> None:
    running = settled(growing()).status
    assert running.stages[0].gangs[0].restarts.out_of_memory == 0
    made = settled(growing(), seen(running, child(ready=1), pod(phase="Running")))
    assert not made.create
