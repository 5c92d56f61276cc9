"""The table of the design, row by row: recorded, seen → next."""

from hone.plan.plan import Plan
from hone.plan.world import World
from tests.plan.builders import (
    FUSE,
    PREPARE,
    TRAIN,
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


def test_an_operator_that_was_away_does_not_count_as_a_slow_start() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 30})
    made = settled(whole, seen(settled(whole).status), seconds=300)
    assert state(made) == "Running"
    assert names(made) == ["demo-data-0-worker-a0"]
