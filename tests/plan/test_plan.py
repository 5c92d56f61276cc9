"""The table of the design, row by row: recorded, seen → next."""

from typing import Any

import pytest

from hone.plan.plan import Plan
from hone.plan.world import World
from hone_trainer.task import Report
from tests.plan.builders import (
    FUSE,
    PREPARE,
    TRAIN,
    at,
    broken,
    child,
    decide,
    done,
    gang_train,
    job,
    pod,
    report,
    seen,
    settled,
)


def state(made: Plan, stage: int = 0, gang: int = 0) -> str:
    return made.status.stages[stage].gangs[gang].state


def names(made: Plan) -> list[str]:
    return [manifest["metadata"]["name"] for manifest in made.create]


def test_running_is_recorded_before_anything_is_created() -> None:
    first = decide(job())
    assert state(first) == "Running"
    assert not first.create
    second = decide(job(), World(status=first.status))
    assert second.status == first.status
    assert names(second) == ["demo-data-0-worker-a0"]


def test_what_is_there_is_not_created_again() -> None:
    running = settled(job()).status
    made = settled(job(), seen(running, child()))
    assert not made.create
    assert not made.delete


def test_complete_becomes_succeeded_with_figures_and_artifacts() -> None:
    running = settled(job()).status
    made = decide(job(), seen(running, *done()))
    assert state(made) == "Succeeded"
    assert made.status.holds("Complete")
    assert made.status.metric == "accuracy=0.9"
    assert [a.name for a in made.status.artifacts] == ["data/manifest"]
    assert made.status.stage == "Complete"
    assert made.status.progress == "100%"


def test_the_next_stage_starts_in_the_same_write() -> None:
    whole = job(PREPARE, TRAIN)
    made = decide(whole, seen(settled(whole).status, *done()))
    assert state(made, 0) == "Succeeded"
    assert state(made, 1) == "Running"


def test_a_stage_is_told_what_earlier_stages_committed() -> None:
    whole = job(PREPARE, TRAIN)
    first = decide(whole, seen(settled(whole).status, *done()))
    made = settled(whole, seen(first.status, *done()))
    task = made.create[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    text = next(e["value"] for e in task if e["name"] == "HONE_TASK")
    assert '"stage":"data"' in text
    assert '"uri":"s3://models/manifest"' in text


def test_a_gang_of_several_pods_gets_its_service_first() -> None:
    whole = job(PREPARE, gang_train(members=1))
    first = settled(whole, seen(settled(whole).status, *done(), services=frozenset()))
    assert names(first) == ["demo-gang", "demo-train-0-worker-a0"]


def test_single_pods_cost_no_service() -> None:
    assert names(settled(job())) == ["demo-data-0-worker-a0"]


def test_every_member_is_a_gang_of_its_own_within_parallelism() -> None:
    whole = job(PREPARE, gang_train(members=3, parallelism=2))
    made = settled(whole, seen(settled(whole).status, *done()))
    assert [g.state for g in made.status.stages[1].gangs] == ["Running", "Running", "Pending"]
    assert len(made.create) == 2
    after = settled(whole, seen(made.status, *done(), *done("train", 0), child("train", 1)))
    assert [g.state for g in after.status.stages[1].gangs] == ["Succeeded", "Running", "Running"]


@pytest.mark.parametrize(
    ("how", "cause", "waits"),
    [
        ({"exit_code": 1, "report": Report(reason="Crashed", message="boom")}, "application", 10),
        ({"exit_code": 137, "cause": "OOMKilled"}, "outOfMemory", 10),
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
    still = settled(job(), seen(waiting.status, pod(terminating=True)))
    assert state(still) == "Pending"
    assert not still.create
    gone = settled(job(), seen(waiting.status))
    assert names(gone) == ["demo-data-0-worker-a1"]


def test_backoff_is_waited_for() -> None:
    running = settled(job()).status
    failed = decide(job(), seen(running, *broken())).status
    early = settled(job(), seen(failed), seconds=5)
    assert state(early) == "Pending"
    assert early.again is not None
    assert early.again.total_seconds() == 5
    assert state(settled(job(), seen(failed), seconds=10)) == "Running"


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


def test_suspend_stops_and_resume_keeps_the_attempt() -> None:
    running = settled(job()).status
    paused = settled(job(suspend=True), seen(running, child(ready=1)))
    assert state(paused) == "Suspended"
    assert [ref.name for ref in paused.delete] == ["demo-data-0-worker-a0"]
    assert paused.status.holds("Suspended")
    resumed = settled(job(), seen(paused.status))
    assert names(resumed) == ["demo-data-0-worker-a0"]
    assert not resumed.status.holds("Suspended")


def test_the_scheduler_is_quoted_while_pods_wait() -> None:
    running = settled(job()).status
    waits = pod(waiting="0/1 nodes are available: 1 Insufficient nvidia.com/gpu.")
    made = settled(job(), seen(running, child(), waits), seconds=6)
    assert "Insufficient nvidia.com/gpu" in made.status.stages[0].message
    assert made.again is not None
    assert made.again.total_seconds() <= 5


def test_start_deadline_names_the_reason() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 30})
    running = settled(whole).status
    waits = pod(waiting="0/1 nodes are available")
    made = decide(whole, seen(running, child(), waits), seconds=30)
    failed = made.status.condition("Failed")
    assert failed is not None
    assert failed.reason == "StartDeadlineExceeded"
    assert "0/1 nodes" in failed.message


def test_active_deadline_ends_a_stage() -> None:
    whole = job({**PREPARE, "activeDeadlineSeconds": 60})
    running = settled(whole).status
    made = settled(whole, seen(running, child(ready=1)), seconds=60)
    assert made.status.condition("Failed").reason == "DeadlineExceeded"  # type: ignore[union-attr]
    assert [ref.name for ref in made.delete] == ["demo-data-0-worker-a0"]


def test_time_to_live_removes_children_only() -> None:
    whole = job(ttlSecondsAfterFinished=100)
    status = settled(whole, seen(settled(whole).status, *done())).status
    early = settled(whole, seen(status, *done()), seconds=50)
    assert not early.delete
    assert early.again is not None
    late = settled(whole, seen(status, *done()), seconds=101)
    assert {ref.name for ref in late.delete} == {"demo-data-0-worker-a0", "demo-gang"}
    assert settled(whole, seen(status, services=frozenset()), seconds=200).again is None


def test_a_fusion_follows_all_members() -> None:
    whole = job(PREPARE, gang_train(), FUSE)
    status = settled(whole, seen(settled(whole).status, *done())).status
    half = settled(whole, seen(status, *done("train", 0), child("train", 1, ready=2)))
    assert half.status.stages[2].state == "Pending"
    made = settled(whole, seen(half.status, *done("train", 0), *done("train", 1)))
    text = made.create[0]["spec"]["template"]["spec"]["containers"][0]["env"][-1]["value"]
    assert text.count('"makes":"model"') == 2
    assert report().manifest is not None
