"""Children that somebody changed by hand: the status says what was changed and what to do."""

from typing import Any

import pytest

from hone.plan import names
from hone.plan.world import World
from tests.plan.builders import PREPARE, at, broken, child, decide, job, pod, seen, settled
from tests.plan.metas import NAME, OWNER, PLACE, job_meta, pod_meta
from tests.plan.test_belief import RECORDED

RUNNING = settled(job()).status
DATA = "demo-data-0-worker-a0"
REMEDY = "change it back, or delete it for a new attempt"
OWNERLESS = "it lost its owner, and would outlive this job"


def told(seconds: float = 0, **state: Any) -> str:
    """What a stage says whose Job is like this."""
    return settled(job(), seen(RUNNING, child(**state)), seconds).status.stages[0].message


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"parallelism": 1, "completions": 1}, "starting"),
        ({"parallelism": 0}, "parallelism is 0 instead of 1"),
        ({"parallelism": 2, "completions": 2}, "parallelism is 2 instead of 1, completions is 2"),
        ({"lacks": (OWNERLESS,)}, OWNERLESS),
    ],
)
def test_a_job_that_was_changed_says_how_and_what_to_do(state: dict[str, Any], said: str) -> None:
    message = told(**state)
    assert said in message
    assert (REMEDY in message) == (said != "starting")
    assert message == "starting" or message.startswith(f"waiting: Job {DATA} was changed by hand (")


def test_a_gang_at_work_says_it_beside_its_progress() -> None:
    message = told(ready=1, lacks=(OWNERLESS,))
    assert message == f"running; Job {DATA} was changed by hand ({OWNERLESS}): {REMEDY}"


def test_why_pods_wait_is_told_first() -> None:
    waits = pod(waiting="0/1 nodes are available")
    made = settled(job(), seen(RUNNING, child(lacks=(OWNERLESS,)), waits))
    message = made.status.stages[0].message
    assert message.startswith("waiting: 0/1 nodes are available; Job")
    assert message.endswith(REMEDY)


def test_a_suspended_job_waits_for_its_queue_or_for_whoever_suspended_it() -> None:
    assert told(suspended=True, queued=True) == "waiting for admission"
    by_hand = told(suspended=True)
    assert by_hand == (
        f"waiting: Job {DATA} is suspended, and names no queue:"
        " resume it, or delete it for a new attempt"
    )


def test_what_was_changed_is_the_reason_at_the_start_deadline() -> None:
    whole = job({**PREPARE, "startDeadlineSeconds": 30})
    made = decide(whole, seen(settled(whole).status, child(parallelism=0)), seconds=30)
    failed = made.status.condition("Failed")
    assert failed
    assert "parallelism is 0 instead of 1" in failed.message


@pytest.mark.parametrize(
    ("held", "said"), [("", ""), ("x.com/y", ": remove its finalizer x.com/y")]
)
def test_what_holds_up_a_start_is_named_with_its_finalizer(held: str, said: str) -> None:
    status = decide(job(), seen(RUNNING, *broken(exit_code=75))).status
    for left, what in (
        (child(terminating=True, held=held), f"Job {DATA}"),
        (pod(terminating=True, held=held), f"pod {DATA}-0-xxxxx"),
    ):
        made = settled(job(), seen(status, left), seconds=9)
        message = made.status.stages[0].message
        assert message.endswith(f"; waiting until {what} is gone{said}")


def test_a_job_that_nobody_hears_is_looked_at_all_the_same() -> None:
    quiet = settled(job(), seen(RUNNING, child(ready=1)))
    assert quiet.again is None
    deaf = settled(job(), seen(RUNNING, child(ready=1, lacks=("it lost its labels",))))
    assert deaf.again is not None
    assert deaf.again <= at(60) - at(0)


WHOLE = {names.JOB: "demo", names.UID: "uid-1", **PLACE.labels()}


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"labels": WHOLE}, ()),
        ({"labels": {**WHOLE, "more": "x"}}, ()),
        ({"labels": None}, ("it lost its labels",)),
        ({"labels": {**WHOLE, names.JOB: "x"}}, ("it lost its labels",)),
        ({"labels": {**WHOLE, names.ATTEMPT: "7"}}, ("it lost its labels",)),
        ({"labels": WHOLE, "ownerReferences": None}, (OWNERLESS,)),
        ({"labels": WHOLE, "ownerReferences": [{**OWNER, "controller": False}]}, (OWNERLESS,)),
    ],
)
def test_the_signs_of_ours_are_missed_by_name(
    change: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    [view] = World.read(RECORDED, [{"metadata": job_meta(**change)}]).jobs
    assert (view.name, view.lacks) == (NAME, lacks)


@pytest.mark.parametrize(
    ("finalizers", "held"),
    [
        (None, ""),
        (["foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"], ""),
        (["x.com/y", "orphan", "z.com/q"], "x.com/y, z.com/q"),
    ],
)
def test_only_finalizers_that_do_not_go_by_themselves_are_named(
    finalizers: list[str] | None, held: str
) -> None:
    leaving = {"deletionTimestamp": "2030-01-01T00:00:00Z", "finalizers": finalizers}
    world = World.read(
        RECORDED,
        [{"metadata": job_meta(**leaving), "spec": {"parallelism": 3, "completions": 4}}],
        [{"metadata": pod_meta(**leaving)}],
    )
    assert (world.jobs[0].held, world.pods[0].held) == (held, held)
    assert (world.jobs[0].parallelism, world.jobs[0].completions) == (3, 4)
    staying = {"finalizers": ["x.com/y"]}
    assert not World.read(RECORDED, [{"metadata": job_meta(**staying)}]).jobs[0].held
