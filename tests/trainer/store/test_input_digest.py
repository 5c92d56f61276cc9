"""What decides an output and what does not, told apart by digests."""

from typing import Any

import pytest

from hone_trainer.contract.assignment import Assignment, Source, Store
from hone_trainer.contract.stage import Stage
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.input_digest import input_digest
from hone_trainer.store.manifest import written
from tests.trainer.conftest import CLICKS, Bench

MODEL: dict[str, Any] = {"recommendation": {"lstm": {}}}
QUANTIZE: dict[str, Any] = {"techniques": [{"quantize": {"mode": "float16"}}]}
PRUNE: dict[str, Any] = {"techniques": [{"prune": {"sparsity": 0.5}}]}
STAGES: dict[str, dict[str, Any]] = {
    "prepare": CLICKS["prepare"],
    "train": {"model": MODEL},
    "fuse": {"weightedAverage": {}},
    "compress": {"candidates": [QUANTIZE]},
    "evaluate": {"require": [{"metric": "auc", "atLeast": 0.5}]},
}
DECIDING: list[tuple[str, dict[str, Any]]] = [
    ("prepare", {"source": {"clickModel": {"rows": 3001, "users": 60, "items": 40}}}),
    ("prepare", {"columns": [{"name": "user", "id": {}}]}),
    ("prepare", {"split": {"test": 0.2}}),
    ("prepare", {"clean": [{"missing": {}}]}),
    ("prepare", {"unreadable": "quarantine"}),
    ("train", {"epochs": 3}),
    ("train", {"batchSize": 128}),
    ("train", {"members": 2}),
    ("train", {"keep": "last"}),
    ("train", {"patience": 2}),
    ("train", {"strategy": {"multiWorkerMirrored": {"workers": 2}}}),
    ("train", {"divergence": {"rollbacks": 1}}),
    ("train", {"rowLog": True}),
    ("fuse", {"weightedAverage": None, "vote": {}}),
    ("compress", {"candidates": [QUANTIZE, PRUNE]}),
    ("compress", {"budget": {"maxDrop": 0.01}}),
    ("compress", {"prefer": "latency"}),
    ("evaluate", {"require": [{"metric": "auc", "atLeast": 0.6}]}),
    ("evaluate", {"baseline": "linear"}),
    ("evaluate", {"by": ["item"]}),
]
INDIFFERENT: list[tuple[str, dict[str, Any]]] = [
    ("prepare", {"workers": 3}),
    ("train", {"parallelism": 1}),
    ("train", {"checkpoint": {"everySeconds": 5, "keep": 4}}),
    ("train", {"hangSeconds": 99}),
    ("train", {"epochs": 50}),  # its default
]


def digest(kind: str, run: dict[str, Any], **changes: Any) -> str:
    """Return the digest of a stage that reads nothing."""
    said = {key: value for key, value in run.items() if value is not None}
    stage = AnyStage.model_validate({kind: said})
    task = Assignment(
        namespace="shop",
        job="demo",
        uid="1d5c",
        stage=kind,
        run={kind: stage.value.dump()},
        store=Store(uri="/nowhere"),
    )
    task = task.model_copy(update=changes)
    return input_digest(task, stage.value, open_store(task.store))


@pytest.mark.parametrize(("kind", "change"), DECIDING)
def test_what_changes_the_output_changes_the_digest(kind: str, change: dict[str, Any]) -> None:
    assert digest(kind, STAGES[kind] | change) != digest(kind, STAGES[kind])


@pytest.mark.parametrize(("kind", "change"), INDIFFERENT)
def test_how_it_is_made_does_not_change_the_digest(kind: str, change: dict[str, Any]) -> None:
    assert digest(kind, STAGES[kind] | change) == digest(kind, STAGES[kind])


@pytest.mark.parametrize("change", [{"seed": 1}, {"member": 1}, {"members": 2}])
def test_its_place_in_the_draw_changes_the_digest(change: dict[str, Any]) -> None:
    assert digest("train", STAGES["train"], **change) != digest("train", STAGES["train"])


@pytest.mark.parametrize(
    "change",
    [
        {"namespace": "other"},
        {"job": "other"},
        {"uid": "other"},
        {"stage": "other"},
        {"attempt": 4},
        {"gpus": 2},
        {"reuse": False},
        {"progress_url": "http://elsewhere"},
        {"store": Store(uri="/elsewhere")},
    ],
)
def test_whoever_asks_and_wherever_it_runs_the_digest_is_the_same(change: dict[str, Any]) -> None:
    assert digest("train", STAGES["train"], **change) == digest("train", STAGES["train"])


def test_every_parameter_decides_but_for_those_that_say_no() -> None:
    """A new parameter is in the key unless its author says otherwise, and these exist."""
    for kind in STAGES:
        stage: Stage = AnyStage.model_validate({kind: STAGES[kind]}).value
        assert stage.unkeyed <= set(type(stage).model_fields)
        left_out = stage.dump().keys() - stage.keyed().keys()
        assert len(left_out) <= len(stage.unkeyed)
    assert digest("train", STAGES["train"]) != digest("evaluate", STAGES["evaluate"])


def test_another_code_is_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest("train", STAGES["train"])
    monkeypatch.setattr("hone_trainer.store.input_digest.code_digest", lambda kind: f"new {kind}")
    assert digest("train", STAGES["train"]) != before


def moved(clicks: Bench, **changes: Any) -> Source:
    """Return the data set's source as another job has it, whose manifest says something else."""
    (source,) = clicks.sources
    data = clicks.read(source.manifest).model_copy(update=changes).encode()
    path = f"shop/other/7/data/0/{len(clicks.store.list('shop/other'))}/manifest.json"
    clicks.store.put(path, data)
    return source.model_copy(update={"manifest": written(clicks.store.uri(path), data)})


def test_inputs_count_by_content_wherever_and_whenever_they_were_made(clicks: Bench) -> None:
    manifest = clicks.read(clicks.sources[0].manifest)
    here = clicks.context(clicks.task("train", {"train": STAGES["train"]})).digest

    def with_source(source: Source) -> str:
        task = clicks.task("train", {"train": STAGES["train"]}, sources=(source,))
        return clicks.context(task).digest

    elsewhere = [file.model_copy(update={"uri": f"/x/{file.name}"}) for file in manifest.files]
    assert with_source(moved(clicks, attempt=3, message="?", files=tuple(elsewhere))) == here
    reworded = {**manifest.facts, "rowsIn": 7, "source": []}
    assert with_source(moved(clicks, facts=reworded)) == here
    page = [
        file.model_copy(update={"sha256": "0"}) if file.name.startswith("data-report") else file
        for file in manifest.files
    ]
    assert with_source(moved(clicks, files=tuple(page))) == here
    for name in ("train-00000-000.arrow", TRANSFORM, TABLES):
        other = [
            file.model_copy(update={"sha256": "0"}) if file.name == name else file
            for file in manifest.files
        ]
        assert with_source(moved(clicks, files=tuple(other))) != here, name
    schema = {**manifest.facts, "schema": {**manifest.facts["schema"], "rows": 1}}
    assert with_source(moved(clicks, facts=schema)) != here


def test_what_a_stage_does_not_read_does_not_count(clicks: Bench) -> None:
    """A training reads no model, and a preparation nothing that was made before."""
    trained = moved(clicks).model_copy(update={"stage": "earlier", "makes": "model"})
    both = (*clicks.sources, trained)
    for kind, reads in {"train": 1, "prepare": 0, "fuse": 2}.items():
        found = [
            clicks.context(clicks.task("s", {kind: STAGES[kind]}, sources=both[:count])).digest
            for count in range(3)
        ]
        assert len(set(found)) == 1 + reads, kind
