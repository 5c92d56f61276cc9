"""Nothing is done twice in the real cluster: a gate is edited, and one pod per stage says so."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.specs import artifacts, prepare, small

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

STAGES = ("data", "train", "evaluate")


def job(desk: Desk, bound: float, **more: int) -> JSON:
    """Rows, a gang of two that trains on them, and a gate."""
    little = {"resources": {"requests": {"cpu": "100m"}}}
    train = {
        "model": {"generic": {"linear": {}}},
        "strategy": {"multiWorkerMirrored": {"workers": 2}},
        "epochs": 2,
        "batchSize": 128,
    }
    gate = {"require": [{"metric": "logLoss", "atMost": bound}]}
    stages = [prepare(small()), {"name": "train", "train": train}]
    stages.append({"name": "evaluate", "evaluate": gate})
    return {
        "artifacts": artifacts(desk.bed),
        "defaults": little,
        "stages": stages,
        **more,
    }


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk]) -> Desk:
    """A desk at which one job has made everything."""
    made = desks("reuse")
    made.apply("first", job(made, 9.0))
    first = made.ended("first")
    assert condition(first, "Complete").get("status") == "True", made.tell()
    assert first["reused"] == ""
    return made


def taken_over(status: JSON) -> dict[str, set[str]]:
    """Return who had made what, by stage."""
    return {
        stage["name"]: {gang["reused"] for gang in stage["gangs"]} for stage in status["stages"]
    }


def seconds(stage: JSON) -> float:
    begun, ended = (datetime.fromisoformat(stage[key]) for key in ("startedAt", "finishedAt"))
    return (ended - begun).total_seconds()


def test_a_changed_gate_costs_an_evaluation(desk: Desk) -> None:
    first = desk.status("first")
    desk.apply("second", job(desk, 8.0))
    second = desk.ended("second")
    assert condition(second, "Complete").get("status") == "True", desk.tell()
    assert taken_over(second) == {
        "data": {"reuse/first/data"},
        "train": {"reuse/first/train"},
        "evaluate": {""},
    }
    assert second["reused"] == "2/3"
    assert second["stages"][1]["message"].startswith("reused from reuse/first/train: ")
    for index in (0, 1):
        (gang,), (made,) = second["stages"][index]["gangs"], first["stages"][index]["gangs"]
        assert gang["manifest"] == made["manifest"]
        assert gang["attempt"] == 0
        desk.verify(gang["manifest"])
    row = desk.kubectl("get", "hj", "second").splitlines()
    assert "REUSED" in row[0].split()
    assert "2/3" in row[1].split()
    assert "Reused:" in desk.kubectl("describe", "hj", "second")
    assert seconds(second["stages"][1]) < seconds(first["stages"][1])


def test_a_job_of_the_same_name_takes_over_what_the_deleted_one_made(desk: Desk) -> None:
    desk.kubectl("delete", "hj", "first", "--wait=true")
    desk.apply("first", job(desk, 9.0))
    again = desk.ended("first")
    assert again["reused"] == "3/3"
    pods = [p for p in desk.items("pods") if p["metadata"]["labels"]["hone.dev/job"] == "first"]
    assert {pod["status"]["phase"] for pod in pods} == {"Succeeded"}
    assert len(pods) == 4  # both of the gang have ended well


def test_a_job_that_wants_its_own_makes_its_own(desk: Desk) -> None:
    desk.apply("alone", job(desk, 9.0, reuse=False))
    alone = desk.ended("alone")
    assert alone["reused"] == ""
    assert taken_over(alone) == {stage: {""} for stage in STAGES}


def test_two_jobs_at_once_make_it_once_or_harmlessly_twice(desk: Desk) -> None:
    twins = ("left", "right")
    for name in twins:
        desk.apply(name, job(desk, 9.0, seed=7))
    ended = [desk.ended(name) for name in twins]
    for name, status in zip(twins, ended, strict=True):
        assert condition(status, "Complete").get("status") == "True", desk.tell()
        for stage, makers in taken_over(status).items():
            others = {f"reuse/{each}/{stage}" for each in twins if each != name}
            assert makers in ({""}, *({other} for other in others))
    left, right = (
        {each["name"]: float(each["value"]) for each in status["stages"][-1]["metrics"]}
        for status in ended
    )
    assert left["auc"] == pytest.approx(right["auc"], abs=1e-3)
    for stage in (each for status in ended for each in status["stages"][:2]):
        desk.verify(stage["gangs"][0]["manifest"])
