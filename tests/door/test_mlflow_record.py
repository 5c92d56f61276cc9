"""A run as MLflow has runs: keys, values and what is left out."""

import math
from posixpath import normpath
from typing import Any

import pytest

from hone.api.outcome import ArtifactOutcome, FigureOutcome, LatencyOutcome, SizeOutcome
from hone.api.run_outcome import RunDetails
from hone.door.mlflow_record import Record, record
from hone.terminal.findings import Findings

BEGAN, ENDED = 1_893_456_000_000, 1_893_456_060_000


def run(**said: Any) -> RunDetails:
    told: dict[str, Any] = {
        "run": "3f2a91c0-5f87",
        "job": "shop/clicks",
        "state": "Complete",
        "started_at": "2030-01-01T00:00:00Z",
        "ended_at": "2030-01-01T00:01:00Z",
        "seconds": 60.0,
        "size_bytes": 1,
        "uri": "s3://models/shop/clicks/3f2a91c0-5f87",
    }
    return RunDetails.model_validate(told | said)


def params(spec: dict[str, Any]) -> Any:
    return record(run(spec=spec), Findings(), {}).params


def points(made: Record) -> dict[tuple[str, int], float]:
    return {(each.key, each.step): each.value for each in made.points}


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ({"train": {"epochs": 9}}, {"it.train.epochs": "9"}),
        ({"train": {"xla": False}}, {"it.train.xla": "false"}),
        (
            {"train": {"rate": 0.1, "word": "best"}},
            {"it.train.rate": "0.1", "it.train.word": "best"},
        ),
        ({"fuse": {"vote": {}}}, {"it.fuse.vote": "{}"}),
        ({"a": None, "b": [], "c": ""}, {}),
        ({"units": [64, 32]}, {"it.units": "[64, 32]"}),
        ({"columns": [{"name": "user", "id": {}}]}, {"it.columns.user.id": "{}"}),
        ({"candidates": [{"prune": 1}, {"prune": 2}]}, {"it.candidates.0.prune": "1"}),
        ({"columns": [{"name": "price (€)", "x": 1}]}, {"it.columns.price ___.x": "1"}),
        ({"columns": [{"name": "a"}]}, {"it.columns.a": "{}"}),
    ],
)
def test_a_spec_is_written_flat(stage: dict[str, Any], said: dict[str, str]) -> None:
    found = params({"seed": 0, "stages": [{"name": "it", **stage}]})
    assert found.items() >= (said | {"seed": "0"}).items()
    assert len(found) == 1 + len(said) + (1 if "candidates" in stage else 0)


def test_two_keys_that_would_be_one_stay_two() -> None:
    columns = [{"name": name, "x": name} for name in ("a€", "a$", "a_")]
    found = params({"stages": [{"name": "it", "columns": columns}]})
    assert sorted(found.values()) == ["a$", "a_", "a€"]


def test_what_no_server_takes_whole_is_cut() -> None:
    found = params({"k" * 300: "v" * 900, "stages": []})
    assert [(len(key), len(value)) for key, value in found.items()] == [(250, 500)]


def test_figures_come_with_their_intervals_and_nothing_without_a_number() -> None:
    auc, lost = FigureOutcome(value=0.9, low=0.8, high=0.95), FigureOutcome()
    made = record(
        run(
            figures={"clicked": {"test": {"auc": auc, "ndcg@10": lost}}},
            size=SizeOutcome(bytes=10, float_bytes=40),
            latency=LatencyOutcome(p50=8.0, p95=13.0),
        ),
        Findings(),
        {"data/rows": 1000.0, "fuse/odd": math.nan},
    )
    assert points(made) == {
        ("test/clicked/auc", 0): 0.9,
        ("test/clicked/auc.low", 0): 0.8,
        ("test/clicked/auc.high", 0): 0.95,
        ("model/bytes", 0): 10,
        ("model/floatBytes", 0): 40,
        ("model/latencyP50Microseconds", 0): 8.0,
        ("model/latencyP95Microseconds", 0): 13.0,
        ("seconds/total", 0): 60.0,
        ("stages/data/rows", 0): 1000.0,
    }
    assert {each.timestamp for each in made.points} == {ENDED}


def test_an_epoch_is_a_step_of_its_member() -> None:
    one = ({"valAuc": 0.7}, {"valAuc": 0.8})
    alone = points(record(run(seconds=None), Findings(history=(one,)), {}))
    assert alone == {("epochs/valAuc", 1): 0.7, ("epochs/valAuc", 2): 0.8}
    both = points(record(run(seconds=None), Findings(history=(one, one[:1])), {}))
    assert sorted(both) == [
        ("epochs/0/valAuc", 1),
        ("epochs/0/valAuc", 2),
        ("epochs/1/valAuc", 1),
    ]


def test_tags_say_what_ran_and_where_it_lies() -> None:
    page = ArtifactOutcome(name="check/report.html", uri="s3://m/r.html", size_bytes=1, sha256="a")
    index = ArtifactOutcome(
        name="check/bundle/bundle.json", uri="s3://m/b/bundle.json", size_bytes=1, sha256="b"
    )
    made = record(
        run(versions={"hone": "0.1.0"}, bundle="s3://m/b", artifacts=(page, index)), Findings(), {}
    )
    assert made.tags == {
        "mlflow.source.name": "hone",
        "mlflow.source.type": "JOB",
        "hone.run": "3f2a91c0-5f87",
        "hone.job": "shop/clicks",
        "hone.state": "Complete",
        "hone.uri": "s3://models/shop/clicks/3f2a91c0-5f87",
        "hone.bundle": "s3://m/b",
        "hone.bundle.sha256": "b",
        "hone.report": "s3://m/r.html",
        "hone.version.hone": "0.1.0",
    }


@pytest.mark.parametrize(
    ("state", "ended", "said"),
    [
        ("Complete", "2030-01-01T00:01:00Z", ("FINISHED", ENDED)),
        ("Failed", "2030-01-01T00:01:00Z", ("FAILED", ENDED)),
        ("Unfinished", None, ("RUNNING", None)),
    ],
)
def test_a_run_is_where_it_stands(state: str, ended: str | None, said: tuple[str, Any]) -> None:
    made = record(run(state=state, ended_at=ended), Findings(), {})
    assert (made.status, made.ended) == said
    assert (made.started, made.name) == (BEGAN, "clicks-3f2a91c0")


@pytest.mark.parametrize("name", ["a//b", "/a", "a/", "a/./b", "..", "../a", "a" * 231 + "/b/c"])
def test_no_key_is_the_name_of_another_file(name: str) -> None:
    """As ``mlflow.utils.validation.path_not_unique`` asks of every key."""
    columns = [{"name": name, "id": {}}, {"name": "b", "id": {}}]
    figures = {name: {"test": {"auc": FigureOutcome(value=0.9)}}}
    made = record(
        run(spec={"stages": [{"name": "data", "prepare": {"columns": columns}}]}, figures=figures),
        Findings(),
        {f"{name}/x": 1.0},
    )
    for key in (*made.params, *(point.key for point in made.points)):
        assert normpath(key) == key
        assert not key.startswith(("/", ".."))
        assert len(key) <= 250
