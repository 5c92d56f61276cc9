"""Pods that a Job lacks: when its controller's Events are worth reading, and what they say."""

from typing import Any

import pytest

from hone.plan.shortage import TRACKED, lacking, words
from tests.plan.metas import MAKER, NAME, RAW, job_meta, pod_meta

STARTED = {"startTime": "2030-01-01T00:00:00Z"}
GANGS = [{"jobs": {NAME: "uid-of-job"}}]
RECORDED = {**RAW, "status": {"stages": [{"gangs": GANGS}]}}


def job(status: Any = STARTED, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": job_meta(),
        "spec": {"completions": 3, "parallelism": 3, **spec},
        "status": status,
    }


def pods(*phases: str, **change: Any) -> list[dict[str, Any]]:
    return [{"metadata": pod_meta(**change), "status": {"phase": phase}} for phase in phases]


def condition(kind: str) -> dict[str, Any]:
    return {**STARTED, "conditions": [{"type": kind, "status": "True"}]}


@pytest.mark.parametrize(
    ("one", "there", "lacks"),
    [
        (job(), [], True),
        (job(), pods("Running", "Pending"), True),
        (job(), pods("Running", "Running", "Failed"), True),
        (job(), pods("Running", "Running", "Pending"), False),
        (job(parallelism=2), pods("Running", "Pending"), False),
        (job({**STARTED, "succeeded": 2}), pods("Running", "Succeeded", "Succeeded"), False),
        (job({**STARTED, "succeeded": 2}), pods("Succeeded", "Succeeded"), True),
        (job(), pods("Running", "Succeeded", "Failed", finalizers=[TRACKED]), False),
        (job(), pods("Running", "Succeeded", "Failed", finalizers=["another"]), True),
        (job(), pods("Running", "Running", "Running", ownerReferences=None), True),
        (job(), pods(*["Running"] * 3, ownerReferences=[{**MAKER, "uid": "another"}]), True),
        (job({}), [], False),
        (job(None), [], False),
        (job(suspend=True), [], False),
        (job(condition("Failed")), [], False),
        (job(condition("Complete")), [], False),
        (job({**STARTED, "conditions": [{"type": "Failed", "status": "False"}]}), [], True),
    ],
)
def test_a_job_lacks_pods_that_its_controller_has_asked_for(
    one: dict[str, Any], there: list[dict[str, Any]], lacks: bool
) -> None:
    assert [meta["name"] for meta in lacking(RECORDED, [one], there)] == [NAME] * lacks


def test_nothing_is_read_of_a_job_that_is_not_on_record() -> None:
    assert not list(lacking(RAW, [job()], []))


def event(message: str, last: str = "", **more: Any) -> dict[str, Any]:
    return {"reason": "FailedCreate", "message": message, "lastTimestamp": last, **more}


DENIED = f'Error creating: pods "{NAME}-0-x7f2q" is forbidden: exceeded quota: q'
TOLD = f'pods "{NAME}-*" is forbidden: exceeded quota: q'


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], ""),
        ([{"reason": "SuccessfulCreate", "message": "Created pod"}], ""),
        ([event(DENIED)], TOLD),
        ([event(f"(combined from similar events): {DENIED}")], TOLD),
        ([event("old", "2030-01-01T00:00:01Z"), event("new", "2030-01-01T00:00:02Z")], "new"),
        ([event("new", "2030-01-01T00:00:02Z"), event("old", "2030-01-01T00:00:01Z")], "new"),
        (
            [event("old", "2030-01-01T00:00:02Z"), event("new", eventTime="2030-01-01T00:00:03Z")],
            "new",
        ),
        ([event("new", series={"lastObservedTime": "2030"}), event("old", "2029")], "new"),
        ([{"reason": "FailedCreate"}], ""),
    ],
)
def test_the_latest_of_its_controllers_words_are_given_without_random_names(
    events: list[dict[str, Any]], said: str
) -> None:
    assert words(NAME, events) == said
