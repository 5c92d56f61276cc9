"""A stage's figures are those of its gangs: never of one that ended, never beyond their bounds."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.api.execution import Execution
from hone.api.status import GangStatus, JobStatus, StageStatus, State
from hone.plan.progress import step, sum_up
from hone_trainer.contract.assignment import Metric, Progress
from tests.plan.builders import PREPARE, at, broken, child, done, gang_train, job, seen

NOW, THEN = "2030-01-01T00:01:00Z", "2030-01-01T00:00:00Z"
SPEC = job(PREPARE, gang_train(members=3, parallelism=2)).spec.stages[1]
STATES: tuple[State, ...] = ("Pending", "Running", "Succeeded", "Failed", "Suspended")


def stage(*gangs: dict[str, Any], **more: Any) -> StageStatus:
    """A record of a stage with these members."""
    numbered = tuple(GangStatus(member=n, **gang) for n, gang in enumerate(gangs))
    return StageStatus(name="train", kind="train", gangs=numbered, **more)


def summed(*gangs: dict[str, Any], **old: Any) -> StageStatus:
    """What these members make of a stage, a minute after the start."""
    record = stage(*gangs, **old)
    return sum_up(record, record.gangs, at(60))


def stepped(old: StageStatus, *objects: Any, limit: int | None = None, **more: Any) -> StageStatus:
    """What becomes of a stage of three members, two of which may run, after a minute."""
    suspend = more.pop("suspend", False)
    world = seen(JobStatus(stages=(old,)), *objects, **more)
    [old] = world.status.stages
    return step(SPEC, old, Execution(active_deadline_seconds=limit), suspend, world, at(60))


def states(found: StageStatus) -> list[str]:
    return [gang.state for gang in found.gangs]


@pytest.mark.parametrize(
    ("gangs", "state"),
    [
        (["Pending", "Pending"], "Pending"),
        (["Running", "Pending"], "Running"),
        (["Succeeded", "Pending"], "Running"),
        (["Succeeded", "Succeeded"], "Succeeded"),
        (["Running", "Failed", "Suspended"], "Failed"),
        (["Running", "Suspended"], "Suspended"),
        (["Succeeded", "Suspended"], "Suspended"),
    ],
)
def test_the_worst_member_says_where_a_stage_stands(gangs: list[State], state: str) -> None:
    assert summed(*({"state": each} for each in gangs)).state == state


def test_a_stage_between_two_attempts_is_under_way() -> None:
    assert summed({"state": "Pending", "attempt": 1}, {"state": "Pending"}).state == "Running"


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 100)), min_size=1, max_size=8))
def test_a_stage_is_as_far_as_its_members_on_average(members: list[tuple[State, int]]) -> None:
    found = summed(*({"state": s, "progress_percentage": p} for s, p in members))
    percentages = [p for _, p in members]
    assert found.progress_percentage <= sum(percentages) / len(members)
    assert found.progress_percentage > sum(percentages) / len(members) - 1
    assert (found.progress_percentage == 100) == (set(percentages) == {100})


@pytest.mark.parametrize(
    ("gangs", "seconds"),
    [
        ([("Running", 30), ("Running", 90), ("Pending", None)], 90),
        ([("Running", None), ("Succeeded", None)], None),
        ([("Running", 30), ("Failed", 90)], None),
        ([("Succeeded", 30)], None),
    ],
)
def test_the_slowest_member_is_waited_for_until_the_end(
    gangs: list[tuple[State, int | None]], seconds: int | None
) -> None:
    found = summed(*({"state": s, "estimated_remaining_seconds": e} for s, e in gangs))
    assert found.estimated_remaining_seconds == seconds


def test_pods_and_restarts_are_counted_over_all_members() -> None:
    found = summed(
        {"ready": 2, "size": 2, "restarts": {"application": 1, "outOfMemory": 2}},
        {"ready": 1, "size": 3, "restarts": {"preemption": 4}},
    )
    assert (found.ready, found.restarts) == ("3/5", 7)


@pytest.mark.parametrize(
    ("state", "old", "times"),
    [
        ("Pending", {}, (None, None)),
        ("Running", {}, (NOW, None)),
        ("Running", {"started_at": THEN}, (THEN, None)),
        ("Failed", {"started_at": THEN}, (THEN, NOW)),
        ("Succeeded", {"started_at": THEN, "finished_at": THEN}, (THEN, THEN)),
    ],
)
def test_a_stage_begins_once_and_ends_once(
    state: State, old: dict[str, str], times: tuple[str | None, str | None]
) -> None:
    found = summed({"state": state}, **old)
    assert (found.started_at, found.finished_at) == times


def figures(**values: str) -> dict[str, Any]:
    return {"metrics": tuple(Metric(name=name, value=value) for name, value in values.items())}


def test_figures_are_means_over_the_members_that_tell_them() -> None:
    told = summed(figures(loss="0.5", step="3"), figures(loss="1.0"), {}).metrics
    assert [(each.name, each.value) for each in told] == [("loss", "0.75"), ("step", "3")]


def test_a_figure_that_no_member_gives_as_a_number_is_left_out() -> None:
    found = summed(figures(note="n/a", loss="0.5"), figures(note="n/a", loss="0.3"))
    assert [each.name for each in found.metrics] == ["loss"]


def test_the_words_of_a_lone_member_are_kept_to_the_letter() -> None:
    found = summed({**figures(loss="0.50", note="warm"), "message": "epoch 2"})
    assert [each.value for each in found.metrics] == ["0.50", "warm"]
    assert found.message == "epoch 2"


def test_members_with_other_figures_fit_the_record() -> None:
    first = figures(**{f"a{n}": "1" for n in range(16)})
    assert [m.name for m in summed(first, figures(b="1")).metrics] == [f"a{n}" for n in range(16)]


STOPPED = {"state": "Failed", "reason": "Stopped", "message": "another member failed"}
LOST = {"state": "Failed", "reason": "BadLabel", "message": "use 0 and 1"}
LONG = {"message": "x" * 1024}


@pytest.mark.parametrize(
    ("gangs", "message"),
    [
        ([{"message": "epoch 1"}, {}, {"message": "late"}], "member 0: epoch 1; member 2: late"),
        ([{"message": "epoch 1"}, LOST], "member 1: use 0 and 1"),
        ([STOPPED, LOST, STOPPED], "member 1: use 0 and 1"),
        ([LONG, LONG], f"member 0: {'x' * 1014}"),
        ([LOST | LONG, STOPPED], f"member 0: {'x' * 1014}"),
    ],
)
def test_a_failure_speaks_for_the_stage(gangs: list[dict[str, Any]], message: str) -> None:
    assert summed(*gangs).message == message


def test_as_many_members_start_as_may_and_who_waits_takes_nobodys_turn() -> None:
    assert states(stepped(stage({}, {}, {}))) == ["Running", "Running", "Pending"]
    waiting = {"not_before": "2030-01-01T00:05:00Z", "attempt": 1}
    assert states(stepped(stage(waiting, {}, {}))) == ["Pending", "Running", "Running"]


def test_one_member_that_is_lost_ends_the_others_but_not_what_is_done() -> None:
    old = stage({"state": "Succeeded"}, {"state": "Running"}, {})
    found = stepped(old, *broken("train", 1, exit_code=64))
    assert states(found) == ["Succeeded", "Failed", "Failed"]
    assert (found.gangs[2].reason, found.gangs[2].finished_at) == ("Stopped", NOW)
    assert found.gangs[1].reason not in ("", "Stopped")


@pytest.mark.parametrize(
    ("limit", "old", "overdue"),
    [(60, THEN, True), (61, THEN, False), (1, None, False), (None, THEN, False)],
)
def test_a_deadline_counts_from_the_start_of_the_stage(
    limit: int | None, old: str | None, overdue: bool
) -> None:
    running = stage({"state": "Succeeded"}, {"state": "Running"}, {}, started_at=old)
    found = stepped(running, child("train", 1, ready=1), limit=limit)
    assert states(found)[0] == "Succeeded"
    assert [g.reason == "DeadlineExceeded" for g in found.gangs[1:]] == [overdue] * 2
    assert ("raise it or lessen the work" in found.message) == overdue


def test_a_member_that_ended_in_time_is_not_overdue() -> None:
    old = stage(*[{"state": "Running"}] * 3, started_at=THEN)
    ended = [each for n in range(3) for each in done("train", n)]
    assert stepped(old, *ended, limit=60).state == "Succeeded"


def test_a_pause_takes_the_pods_and_nothing_else() -> None:
    ended = {"state": "Succeeded", "ready": 2}
    busy = {"state": "Running", "ready": 2, "attempt": 2, "progress_percentage": 40}
    old = stage(ended, busy, {})
    spared, paused, waiting = stepped(old, suspend=True).gangs
    assert spared == old.gangs[0]
    assert (paused.state, paused.ready) == ("Suspended", 0)
    assert (paused.attempt, paused.progress_percentage) == (2, 40)
    assert waiting.state == "Suspended"


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_percentages_follow_the_posts_and_never_go_back(fractions: list[float]) -> None:
    now = stage({"state": "Running"}, {}, {})
    shown = []
    for fraction in fractions:
        post = {child("train").place: Progress(fraction=fraction)}
        now = stepped(now, child("train", ready=1), progress=post)
        shown.append(now.gangs[0].progress_percentage)
    assert shown == [max(int(f * 100) for f in fractions[: n + 1]) for n in range(len(fractions))]
