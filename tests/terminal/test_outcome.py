"""A job that has ended, as one object for machines."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hone.api.outcome import Outcome
from hone.api.status import GangStatus, JobStatus
from hone.terminal.outcome import outcome
from hone_trainer.contract.assignment import Artifact, Store
from tests.terminal.statuses import ended, stage, time
from tests.terminal.test_closing import committed

MEASURED: dict[str, Any] = {
    "compressedBytes": 500.0,
    "floatBytes": 2000.0,
    "compressedLatencyMicroseconds": 8.0,
    "compressedLatencyP95Microseconds": 9.5,
}
CLICKED = {
    "shipped": {
        "auc": {"value": 0.8, "low": 0.7, "high": 0.9, "reason": ""},
        "logLoss": {"value": None, "low": None, "high": None, "reason": "there are no rows"},
    },
    "prior": {"auc": {"value": 0.5}},
    "baseline": {"auc": {"value": 0.6}},
}


def status(folder: Path, *conditions: Any, evaluated: bool = True) -> JobStatus:
    manifest = committed(folder, "judge", evaluation={"targets": {"clicked": CLICKED}})
    gangs = (GangStatus(state="Succeeded", manifest=manifest if evaluated else None),)
    last = stage("judge", "evaluate", "Succeeded" if evaluated else "Failed", gangs=gangs)
    took = {"started_at": time(0), "finished_at": time(8)}
    return JobStatus(
        stages=(
            stage("data", "prepare", "Succeeded", **took),
            stage("small", "compress", "Succeeded", figures=MEASURED),
            last,
        ),
        conditions=conditions,
    )


def test_it_says_how_well_and_beside_what(tmp_path: Path) -> None:
    whole = status(tmp_path, ended("Complete"))
    told = outcome("shop/demo", whole, Store(uri=str(tmp_path)), frozenset({"data"}))
    assert (told.job, told.phase, told.message) == ("shop/demo", "Complete", "")
    assert [(each.name, each.seconds, each.reused) for each in told.stages] == [
        ("data", 8.0, True),
        ("small", None, False),
        ("judge", None, False),
    ]
    figures = told.figures["clicked"]["test"]
    auc = figures["auc"]
    assert (auc.value, auc.low, auc.high, auc.prior, auc.baseline) == (0.8, 0.7, 0.9, 0.5, 0.6)
    assert (figures["logLoss"].value, figures["logLoss"].baseline) == (None, None)
    assert told.size is not None
    assert (told.size.bytes, told.size.float_bytes) == (500, 2000)
    assert told.latency is not None
    assert (told.latency.p50, told.latency.p95) == (8, 9.5)


@pytest.mark.parametrize(
    ("conditions", "stopped", "phase"),
    [((), True, "Stopped"), ((ended("Failed", "GateFailed", "auc is low"),), False, "Failed")],
)
def test_it_says_why_it_is_not_complete(
    conditions: Any, stopped: bool, phase: str, tmp_path: Path
) -> None:
    whole = status(tmp_path, *conditions, evaluated=False)
    told = outcome("shop/demo", whole, Store(uri=str(tmp_path)), frozenset(), stopped=stopped)
    assert told.phase == phase
    assert told.message == ("auc is low" if conditions else "")
    assert told.figures == {}


def test_a_job_that_missed_its_gate_tells_its_figures_all_the_same(tmp_path: Path) -> None:
    record = tmp_path / "evaluation.json"
    record.write_text(json.dumps({"targets": {"clicked": CLICKED}}))
    digest = hashlib.sha256(record.read_bytes()).hexdigest()
    left = Artifact(
        name="judge/evaluation.json",
        uri=str(record),
        sha256=digest,
        size_bytes=record.stat().st_size,
    )
    last = stage("judge", "evaluate", "Failed", figures={"auc": 0.8}, gangs=(GangStatus(),))
    missed = JobStatus(
        stages=(last,), artifacts=(left,), conditions=(ended("Failed", "GateFailed"),)
    )
    told = outcome("shop/demo", missed, Store(uri=str(tmp_path)), frozenset())
    assert told.phase == "Failed"
    auc = told.figures["clicked"]["test"]["auc"]
    assert (auc.value, auc.low, auc.high, auc.prior) == (0.8, 0.7, 0.9, 0.5)
    record.write_text("{")
    assert outcome("shop/demo", missed, Store(uri=str(tmp_path)), frozenset()).figures == {}


def test_a_line_of_it_is_json_in_the_words_of_the_reference(tmp_path: Path, root: Path) -> None:
    line = outcome("a/b", status(tmp_path), Store(uri=str(tmp_path)), frozenset()).model_dump_json(
        by_alias=True
    )
    said = json.loads(line)
    assert Outcome.model_validate(said).model_dump_json(by_alias=True) == line
    page = (root / "docs/reference.md").read_text().partition("# What `hone run")[2]
    told = {name.strip(" *") for row in page.splitlines() for name in row.split("|")[1:2]}
    assert said.keys() <= told
    assert said["stages"][0].keys() <= told
    assert said["size"].keys() <= told


def test_it_says_what_another_job_had_made(tmp_path: Path) -> None:
    whole = status(tmp_path, ended("Complete"))
    gangs = (GangStatus(state="Succeeded", reused="shop/first/data"),) * 2
    taken = whole.stages[0].model_copy(update={"gangs": gangs})
    part = whole.stages[1].model_copy(update={"gangs": (gangs[0], GangStatus(state="Succeeded"))})
    stages = (taken, part, *whole.stages[2:])
    told = outcome(
        "shop/demo",
        whole.model_copy(update={"stages": stages}),
        Store(uri=str(tmp_path)),
        frozenset(),
    )
    assert [(each.reused, each.reused_from) for each in told.stages] == [
        (True, ("shop/first/data",)),
        (False, ("shop/first/data",)),
        (False, ()),
    ]
