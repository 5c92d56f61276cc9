"""What pods write down of a run: once when they begin, once when they end, and never in the way."""

import json
from typing import Any

import pytest

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.runs.reading import read
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.runs.records import SPEC, Pods, at

HOME = "shop/clicks/uid-1"


def names(store: ArtifactStore) -> list[str]:
    return [path.removeprefix(f"{HOME}/") for path in store.list(HOME)]


def test_a_run_is_on_record_from_its_first_moment(shelf: ArtifactStore, pods: Pods) -> None:
    pods.keeper("data").begin()
    assert names(shelf) == ["data/0/0/started.json", "run.json"]
    run = read(shelf, HOME)
    assert run is not None
    assert (run.state, run.started_at, run.spec) == ("Unfinished", at(1), SPEC)
    assert [step.versions.keys() >= {"hone", "python"} for step in run.steps] == [True]


def test_its_last_pod_writes_all_of_it_into_one_file(shelf: ArtifactStore, pods: Pods) -> None:
    pods.complete()
    told = json.loads(shelf.get(f"{HOME}/run.json"))
    assert [(s["stage"], s["member"], s["word"]["reason"]) for s in told["steps"]] == [
        ("data", 0, "Succeeded"),
        ("train", 0, "Succeeded"),
        ("train", 1, "Succeeded"),
    ]
    for path in names(shelf):
        if path != "run.json":
            shelf.delete(f"{HOME}/{path}")
    run = read(shelf, HOME)
    assert run is not None
    assert (run.state, run.ended_at) == ("Complete", at(pods.seconds))


def test_a_later_first_pod_changes_nothing_of_when_it_began(
    shelf: ArtifactStore, pods: Pods
) -> None:
    pods.run("data", "Crashed")
    pods.run("data", attempt=1)
    run = read(shelf, HOME)
    assert run is not None
    assert run.started_at == at(1)
    assert [step.word and step.word.reason for step in run.steps] == ["Crashed", "Succeeded"]


def test_an_attempt_that_goes_on_began_when_it_first_began(
    shelf: ArtifactStore, pods: Pods
) -> None:
    first = pods.keeper("data")
    first.begin()
    first.end(Report(reason="Interrupted"))
    assert names(shelf) == ["data/0/0/started.json", "run.json"]
    pods.run("data")
    run = read(shelf, HOME)
    assert run is not None
    [step] = run.steps
    assert (step.started_at, step.succeeded) == (at(1), True)


def test_a_zombie_that_fails_late_takes_no_success_back(shelf: ArtifactStore, pods: Pods) -> None:
    zombie = pods.keeper("data")
    zombie.begin()
    pods.run("data")
    zombie.end(Report(reason="PeerLost"))
    run = read(shelf, HOME)
    assert run is not None
    assert run.steps[0].succeeded


def test_a_success_takes_the_place_of_a_zombies_failure(shelf: ArtifactStore, pods: Pods) -> None:
    pods.run("data", "PeerLost")
    pods.run("data")
    run = read(shelf, HOME)
    assert run is not None
    assert run.steps[0].succeeded


def test_the_chief_alone_writes(shelf: ArtifactStore, pods: Pods) -> None:
    pods.run("data", chief=False)
    assert names(shelf) == []


def test_that_an_end_cannot_be_written_is_no_failure(
    pods: Pods, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = pods.keeper("data")
    keeper.begin()

    def full(*_: Any) -> None:
        raise StageFailure("StorageFull", "no space left")

    monkeypatch.setattr(ArtifactStore, "put", full)
    keeper.end(Report())
    assert "not on record: no space left" in caplog.text
