"""An earlier network is found by what a user says: a stage, a run, the latest of a job."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Report, StageFailure, Store
from hone_trainer.contract.planned import Planned, PlannedStage
from hone_trainer.dataset.schema import Schema
from hone_trainer.models.network import Network, Part
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.train.earlier import Earlier
from tests.trainer.conftest import CLICKS, Bench
from tests.trainer.networks import IDS, binary
from tests.trainer.runs.records import Pods

MODEL: dict[str, Any] = {"generic": {"linear": {}}}
TRAIN: dict[str, Any] = {"train": {"model": MODEL}}
SCHEMA = Schema(fields=IDS, targets=(binary(),))


class Shelf:
    """Runs of the job `clicks` in a store, as pods leave them."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.bench("data", CLICKS, job="clicks")

    @property
    def store(self) -> ArtifactStore:
        return self.bench.store

    def commit(self, run: dict[str, Any], stage: str, value: float = 0.0, **task: Any) -> Report:
        """Commit a network of as many parts as there are numbers."""
        words = {"job": "clicks", **task}
        parameters = AnyStage.model_validate(run).value
        ctx = self.bench.context(self.bench.task(stage, run, **words))
        model = parameters.model if hasattr(parameters, "model") else _model()
        part = Part(model, (np.full((2, 1), value, np.float32),))
        made: Report = ctx.commit(Network(SCHEMA, (part,)).save(ctx))
        return made

    def record(self, reports: dict[tuple[str, int], Report], uid: str = "1d5c") -> None:
        """Put a run on record whose pods said so."""
        pods = Pods(self.store, uid, "clicks", "shop")
        kinds = {"train": "train", "fuse": "fuse", "small": "compress"}
        counts = {stage: 1 + max(m for s, m in reports if s == stage) for stage, _ in reports}
        pods.planned = Planned(
            spec={},
            stages=tuple(
                PlannedStage(name=name, kind=kinds[name], members=count)
                for name, count in counts.items()
            ),
        )
        for (stage, member), report in reports.items():
            keeper = pods.keeper(stage, member=member, planned=pods.planned)
            keeper.begin()
            keeper.end(report)


def _model() -> Any:
    return AnyStage.model_validate(TRAIN).value.model


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def first(earlier: Earlier, part: int | None = None) -> float:
    """The number that the network was committed with."""
    network, place = earlier.network(part)
    return float(network.parts[place].arrays[0][0, 0])


@pytest.mark.parametrize("end", ["", "/", "/manifest.json"])
def test_a_stage_is_named_by_its_folder_or_its_manifest(shelf: Shelf, end: str) -> None:
    shelf.commit(TRAIN, "train", 3)
    root = shelf.store.root
    found = Earlier.find(f"{root}/shop/clicks/1d5c/train/0/0{end}", shelf.store)
    assert (found.origin, first(found)) == ("shop/clicks/train", 3)
    assert set(found.vocabularies()) == {"user", "item"}


@pytest.mark.parametrize(
    "name", ["{root}/shop/clicks/1d5c", "{root}/shop/clicks/1d5c/run.json", "latest:shop/clicks"]
)
def test_a_run_stands_for_its_last_network_before_compression(shelf: Shelf, name: str) -> None:
    small: dict[str, Any] = {"compress": {"candidates": [{"techniques": [{"quantize": {}}]}]}}
    reports = {
        ("train", 0): shelf.commit(TRAIN, "train", 1),
        ("fuse", 0): shelf.commit({"fuse": {"weightedAverage": {}}}, "fuse", 2),
        ("small", 0): shelf.commit(small, "small", 3),
    }
    shelf.record(reports)
    found = Earlier.find(name.format(root=shelf.store.root), shelf.store)
    assert (found.origin, first(found)) == ("shop/clicks/fuse", 2)


def test_of_several_members_one_has_to_be_named(shelf: Shelf) -> None:
    run = {"train": {"model": MODEL, "members": 2}}
    made = {("train", m): shelf.commit(run, "train", 10 + m, member=m, members=2) for m in range(2)}
    shelf.record(made)
    found = Earlier.find("latest:shop/clicks", shelf.store)
    assert [first(found, 0), first(found, 1)] == [10, 11]
    for part in ({}, {"part": 2}):
        wish = {"uri": "latest:shop/clicks", **part}
        stage = AnyStage.model_validate({"train": {"model": MODEL, "startFrom": wish}})
        with pytest.raises(StageFailure, match=r"startFrom.part: .*2 models: choose one from 0 to"):
            stage.value.reads(shelf.store)  # before any pod builds a model


def test_a_store_may_be_copied_elsewhere(shelf: Shelf, tmp_path: Path) -> None:
    shelf.commit(TRAIN, "train", 4)
    shutil.move(shelf.store.root, tmp_path / "copy")
    other = open_store(Store(uri=str(tmp_path / "own")))
    found = Earlier.find(f"{tmp_path}/copy/shop/clicks/1d5c/train/0/0", other)
    assert first(found) == 4
    assert found.vocabularies()


def test_other_weights_are_other_content_and_another_place_is_not(
    shelf: Shelf, tmp_path: Path
) -> None:
    contents = []
    for job, value in (("one", 1.0), ("two", 1.0), ("three", 2.0)):
        shelf.commit(TRAIN, "train", value, job=job)
        uri = f"{shelf.store.root}/shop/{job}/1d5c/train/0/0"
        stage = AnyStage.model_validate({"train": {"model": MODEL, "startFrom": {"uri": uri}}})
        (content,) = stage.value.reads(shelf.store)
        assert content == Earlier.find(uri, shelf.store).content
        contents.append(content)
    assert contents[0] == contents[1] != contents[2]
    assert AnyStage.model_validate(TRAIN).value.reads(shelf.store) == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("latest:shop/tracks", "train.startFrom.uri: .* has no complete run of job shop/tracks"),
        ("{root}/shop/clicks/none", "none is no run, nor a stage of one: name a run that trained"),
        ("{root}/nowhere/at/all/train/0/0", "is no run, nor a stage of one"),
        ("clicks", "is no run, nor a stage of one"),
        ("{root}/shop/clicks/1d5c/data/0/0", "'data' there is of kind prepare and has no network"),
        ("{root}/shop/clicks/1d5c", "has not trained a network to its end: name a run that"),
    ],
)
def test_where_there_is_no_network_it_is_said_with_the_remedy(
    shelf: Shelf, name: str, says: str
) -> None:
    run = {"train": {"model": MODEL, "members": 2}}
    shelf.record({("train", 1): shelf.commit(run, "train", member=1, members=2)})
    with pytest.raises(StageFailure, match=says) as failure:
        Earlier.find(name.format(root=shelf.store.root), shelf.store)
    assert failure.value.reason == "StartNotFound"
    assert not failure.value.retry


def test_a_network_that_does_not_say_what_its_ids_stand_for_is_refused(shelf: Shelf) -> None:
    shelf.bench.sources.clear()
    shelf.commit(TRAIN, "train")
    found = Earlier.find(f"{shelf.store.root}/shop/clicks/1d5c/train/0/0", shelf.store)
    with pytest.raises(StageFailure, match="does not say what its ids stand for: train it again"):
        found.vocabularies()


@pytest.mark.parametrize(
    ("old", "new", "odd"),
    [
        ('"center"', '"middle"', "KeyError: 'center'"),
        ('"linear"', '"crooked"', "ValidationError: "),
        ('"shares"', '"parts"', "TypeError"),
    ],
)
def test_a_network_of_another_version_is_refused_by_name(
    shelf: Shelf, old: str, new: str, odd: str
) -> None:
    report = shelf.commit(TRAIN, "train")
    manifest = shelf.bench.manifest(report)
    file = manifest.file("network.json")
    data = shelf.store.fetch(file).replace(old.encode(), new.encode())
    other = file.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    path = file.uri.removeprefix(f"{shelf.store.root}/")
    shelf.store.put(path, data)
    files = tuple(other if each is file else each for each in manifest.files)
    text = manifest.model_copy(update={"files": files}).encode()
    shelf.store.put(f"{path.rpartition('/')[0]}/manifest.json", text)
    found = Earlier.find(f"{shelf.store.root}/shop/clicks/1d5c/train/0/0", shelf.store)
    with pytest.raises(
        StageFailure, match="a version of Hone that this one cannot read"
    ) as failure:
        found.network(None)
    assert odd in failure.value.message
    assert failure.value.message.endswith("train it again")
