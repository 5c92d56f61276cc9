"""A record is read as far as it can be; one that cannot be is never taken for none."""

from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.plan.record import misfit, over, read
from tests.plan.builders import FUSE, PREPARE, child, done, gang_train, job, seen, settled
from tests.plan.test_plan import names, state

WHOLE = job(PREPARE, gang_train(), FUSE)
BEGUN = settled(WHOLE, seen(settled(WHOLE).status, *done())).status
"""Its preparation is done, its training begins."""


def stored(*changes: tuple[str, Any]) -> dict[str, Any]:
    """That record as it is stored, with other values in these places."""
    dump: dict[str, Any] = BEGUN.dump()
    for path, value in changes:
        *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        here: Any = dump
        for step in steps:
            here = here[step]
        if value is ...:
            del here[last]
        else:
            here[last] = value
    return {"status": dump}


@pytest.mark.parametrize(
    "raw", [{}, {"status": None}, {"status": {}}, {"status": {"stages": None}}]
)
def test_where_nothing_is_recorded_nobody_has_looked(raw: dict[str, Any]) -> None:
    assert read(raw).status == JobStatus()
    assert not read(raw).fault


def test_what_is_written_is_read() -> None:
    assert read(stored()).status == BEGUN


@pytest.mark.parametrize(
    "change",
    [
        ("observedGeneration", "?"),
        ("progress", 5),
        ("restarts", 2**70),
        ("lastUpdatedTime", "yesterday"),
        ("conditions", [{"type": "Odd"}]),
        ("stages.1.ready", "x" * 17),
        ("stages.1.message", None),
        ("stages.1.gangs.0.metrics", [{"name": "loss", "value": True}]),
        ("stages.1.gangs.0.message", "x" * 2000),
        ("stages.1.gangs.0.size", -1),
        ("stages.1.gangs.0.restarts", None),
        ("phase", "Dancing"),
    ],
)
def test_what_is_worked_out_anew_may_be_odd(change: tuple[str, Any]) -> None:
    found = read(stored(change))
    assert not found.fault
    told = dict.fromkeys(("conditions", "lastUpdatedTime"))
    odd, even = (settled(WHOLE, seen(each, *done())).status for each in (found.status, BEGUN))
    assert odd.dump() | told == even.dump() | told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("stages", 5), "status.stages"),
        (("stages.0.name", ...), "status.stages[0].name"),
        (("stages.1.state", "Dancing"), "status.stages[1].state"),
        (("stages.1.startedAt", "2030-01-01T00:00:00"), "status.stages[1].startedAt"),
        (("stages.1.startedAt", "9999-12-31T23:59:59Z"), "status.stages[1].startedAt"),
        (("stages.1.gangs.0.state", "Paused"), "status.stages[1].gangs[0].state"),
        (("stages.1.gangs.1.attempt", 2**63), "status.stages[1].gangs[1].attempt"),
        (("stages.0.gangs.0.manifest.uri", 7), "status.stages[0].gangs[0].manifest.uri"),
        (("artifacts", "none"), "status.artifacts"),
    ],
)
def test_what_rests_on_the_record_alone_is_never_guessed(
    change: tuple[str, Any], field: str
) -> None:
    found = read(stored(change))
    assert found.fault.startswith(f"{field}: ")
    assert found.status == JobStatus(conditions=BEGUN.conditions), "its conditions can be read"


def changed(*changes: tuple[str, Any]) -> JobStatus:
    found = read(stored(*changes))
    assert not found.fault
    return found.status


GANGS = stored()["status"]["stages"][1]["gangs"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("stages.1.gangs", GANGS * 2), "status.stages[1].gangs: members [0, 1, 0, 1], where"),
        (("stages.1.gangs", GANGS[:1]), "status.stages[1].gangs: members [0], where"),
        (("stages.1.gangs", []), "status.stages[1].gangs: members [], where"),
        (("stages.1.gangs.1.member", 5), "status.stages[1].gangs: members [0, 5], where"),
        (("stages.2.gangs", GANGS), "status.stages[2].gangs: members [0, 1], where"),
        (("stages.0.gangs", []), "status.stages[0].gangs: members [], where"),
        (("stages.0.name", "other"), "status.stages[0].name: other is no stage of the spec"),
        (("stages.2.name", "train"), "status.stages[2].name: train is there twice"),
    ],
)
def test_a_record_that_does_not_fit_the_spec_is_told(change: tuple[str, Any], told: str) -> None:
    assert misfit(WHOLE, changed(change)).startswith(told)


def test_a_record_that_fits_is_gone_on_from() -> None:
    assert not misfit(WHOLE, BEGUN)
    assert not misfit(WHOLE, JobStatus())


def test_a_job_goes_on_from_finished_stages_that_have_a_gang_too_many() -> None:
    first = stored()["status"]["stages"][0]["gangs"]
    status = changed(("stages.0.gangs", [*first, {**first[0], "member": 1}]))
    assert not misfit(WHOLE, status)
    made = settled(WHOLE, seen(status, *done()))
    assert names(made) == ["demo-train-0-worker-a0", "demo-train-1-worker-a0"]


def test_a_stage_has_ended_only_with_all_its_gangs() -> None:
    running = ("stages.0.gangs.0.state", "Running")
    status = changed(running)
    assert not over(status.stages[0])
    made = settled(WHOLE, seen(status, child(ready=1)))
    assert (made.status.stages[0].state, state(made)) == ("Running", "Running")
    assert state(settled(WHOLE, seen(made.status, *done()))) == "Succeeded"


def test_nothing_runs_of_a_stage_whose_turn_has_not_come() -> None:
    status = changed(("stages.0", {"name": "data", "kind": "prepare", "gangs": [{}]}))
    train = [child("train", member, ready=2) for member in (0, 1)]
    made = settled(WHOLE, seen(status, *train))
    assert {ref.name for ref in made.delete} == {view.name for view in train}
    assert names(made) == ["demo-data-0-worker-a0"]


def test_a_job_that_was_refused_and_is_not_any_more_has_no_end_yet() -> None:
    made = settled(WHOLE, seen(changed(("finishedAt", "2030-01-01T00:00:00Z")), *done()))
    assert made.status.finished_at is None


def test_nobody_waits_for_a_moment_that_no_backoff_reaches() -> None:
    late = ("stages.1.gangs.0.notBefore", "2999-01-01T00:00:00Z")
    pending = ("stages.1.gangs.0.state", "Pending")
    made = settled(WHOLE, seen(changed(late, pending), *done()))
    assert state(made, 1) == "Running"
