"""Who is to blame: among pods of several roles, of which some were replaced."""

from typing import Any

import pytest

from hone.plan.diagnosis import diagnose
from hone.plan.sight import GangView
from hone.plan.world import JobView, PodView, World
from hone_trainer.contract.assignment import Report
from tests.plan.builders import broken, child, decide, job, pod, seen, settled
from tests.plan.test_roles import TERMS, gone, step, with_gang


def only_gang(world: World) -> GangView:
    """What is seen of the one gang on record."""
    [gang] = world.status.stages[0].gangs
    return GangView.of(world, "data", gang)


def told(second: int, **state: Any) -> PodView:
    """A pod that failed in this second."""
    how: dict[str, Any] = {"role": "worker", "phase": "Failed", "exit_code": 1} | state
    return pod(finished_at=f"2030-01-01T00:00:{second:02d}Z", **how)


@pytest.mark.parametrize(
    ("name", "objects", "cause", "words"),
    [
        (
            "a worker that was replaced is history",
            [told(1, cause="OOMKilled"), *gone("ps", report=Report(reason="Bug", message="bug"))],
            "application",
            "bug",
        ),
        (
            "an eviction that was answered is history",
            [told(1, disrupted=True), *gone("chief", exit_code=2)],
            "application",
            "exit code 2",
        ),
        (
            "the failure that broke the limit is the cause",
            [
                told(1, cause="OOMKilled", exit_code=137),
                told(9, report=Report(reason="Bug", message="the last")),
                child(role="worker", failed="gave up"),
            ],
            "application",
            "the last",
        ),
        (
            "a role that gave up for lack of memory",
            [told(9, cause="OOMKilled", exit_code=137), child(role="worker", failed="gave up")],
            "out_of_memory",
            "",
        ),
        (
            "a pod that used too much of its disk",
            [
                told(9, cause="Evicted", exit_code=137, disruption="1Gi of /tmp"),
                child(role="worker", failed="gave up"),
            ],
            "application",
            "Evicted: 1Gi of /tmp (worker 0)",
        ),
        (
            "the same, and it said that it was asked to leave",
            [
                told(
                    9,
                    cause="Evicted",
                    exit_code=75,
                    disruption="1Gi of /tmp",
                    report=Report(reason="Interrupted", message="stopped when asked"),
                ),
                child(role="worker", failed="gave up"),
            ],
            "application",
            "Evicted: 1Gi of /tmp (worker 0)",
        ),
        (
            "a pod that hung, and was told to leave when a peer missed it",
            [
                told(1, role="ps", report=Report(reason="PeerLost"), exit_code=76),
                told(
                    9,
                    role="ps",
                    index=1,
                    terminating=True,
                    exit_code=77,
                    report=Report(reason="Hung", message="no step ended for 60 s"),
                ),
                child(role="ps", failed="gave up"),
            ],
            "application",
            "no step ended for 60 s (ps 1)",
        ),
        (
            "a pod that its Job told to leave is not the cause",
            [
                told(1, role="ps", terminating=True, exit_code=143),
                told(2, role="ps", index=1, report=Report(reason="Bug", message="the second")),
                child(role="ps", failed="gave up"),
            ],
            "application",
            "the second",
        ),
        (
            "a pod that somebody deleted was taken away",
            [told(1, role="ps", terminating=True, exit_code=143), child(role="ps", failed="x")],
            "preemption",
            "stopped or deleted",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_the_cause_is_found_among_the_roles(
    name: str, objects: list[JobView | PodView], cause: str, words: str
) -> None:
    world = seen(with_gang(), *objects)
    found = diagnose(TERMS, only_gang(world), "the Job failed")
    assert (found.cause, found.final) == (cause, False), name
    assert words in found.message


def test_an_evicted_pod_may_be_gone_before_anybody_looks() -> None:
    peer = told(2, role="ps", index=1, report=Report(reason="Bug", message="no peer"))
    said = "Pod shop/demo-ps-0-x has condition DisruptionTarget matching FailJob rule at index 1"
    world = seen(with_gang(), peer, child(role="ps", failed=said))
    found = diagnose(TERMS, only_gang(world), said)
    assert found.cause == "preemption"
    assert found.message == "pod demo-ps-0-x was evicted, preempted, or lost with its node"


def test_where_nothing_else_is_known_a_peers_word_counts() -> None:
    word = Report(reason="PeerLost", message="another pod of the gang answers no more")
    made = decide(job(), seen(settled(job()).status, *broken(exit_code=76, report=word)))
    assert made.status.stages[0].gangs[0].message.endswith("answers no more")
    assert made.status.stages[0].gangs[0].restarts.preemption == 1


def test_the_last_words_of_a_pod_without_a_report_are_shown() -> None:
    made = step(*gone("ps", said="line 3 | KeyError: 'user'"))
    assert made.message == "restarting: exit code 1: line 3 | KeyError: 'user' (ps 0)"
