"""What a preparation reads, as it lies there: its source, and every file beside it."""

import os
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.augment import AnyAugmentation
from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.rules import AnyRowRule
from hone_trainer.columns import ColumnKind
from hone_trainer.columns.text import TextColumn
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.contract.spec import Spec, models
from hone_trainer.prepare.spec import Prepare
from hone_trainer.sources import AnySource
from hone_trainer.store.artifact_store import ArtifactStore, open_store

TASKS = [{"binary": {"label": "clicked"}}]
COLUMNS = [{"name": "user", "id": {}}, {"name": "title", "text": {"words": {}}}]


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_store(Store(uri=str(tmp_path / "artifacts")))


def reads(store: ArtifactStore, source: Any, **more: Any) -> Any:
    words = {"source": source, "tasks": TASKS, "columns": COLUMNS, **more}
    return Prepare.model_validate(words).reads(store)


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonLines"])
def test_files_of_a_source_are_told_by_address_and_version(
    store: ArtifactStore, tmp_path: Path, kind: str
) -> None:
    """Their content is never looked at: these hold no rows."""
    ending = {"jsonLines": "jsonl"}.get(kind, kind)
    for name in ("b", "a"):
        (tmp_path / f"{name}.{ending}").write_bytes(b"x")
    source = {kind: {"uri": f"{tmp_path}/*.{ending}"}}
    first = reads(store, source)
    assert [line.partition(" ")[0] for line in first] == [
        f"{tmp_path}/{name}.{ending}" for name in ("a", "b")
    ]
    assert reads(store, source) == first
    (tmp_path / f"b.{ending}").write_bytes(b"y")
    assert reads(store, source)[0] == first[0]
    assert reads(store, source)[1] != first[1]
    (tmp_path / f"c.{ending}").write_bytes(b"x")
    assert len(reads(store, source)) == 3


def test_an_address_is_the_same_from_wherever_it_is_named(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    whole = reads(store, {"csv": {"uri": f"{tmp_path}/a.csv"}})
    monkeypatch.chdir(tmp_path)
    assert reads(store, {"csv": {"uri": "a.csv"}}) == whole


def test_made_up_rows_are_known_and_those_of_a_query_are_not(store: ArtifactStore) -> None:
    assert reads(store, {"clickModel": {"rows": 100}}) == ()
    assert reads(store, {"sql": {"query": "SELECT 1", "secretName": "shop"}}) is None


def test_a_source_that_is_not_there_is_named(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(StageFailure, match=r"nowhere.*prepare\.source\.csv\.uri"):
        reads(store, {"csv": {"uri": f"{tmp_path}/nowhere.csv"}})


def beside(file: Path) -> list[dict[str, Any]]:
    rule = {"reference": {"column": "title", "uri": str(file), "key": "k"}}
    return [
        {"clean": [{"rules": {"hold": [rule]}}]},
        {"augment": [{"synonyms": {"column": "title", "uri": str(file)}}]},
        {"columns": [{"name": "title", "text": {"pieces": {"uri": str(file.parent)}}}]},
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_files_beside_the_source_count_too(
    store: ArtifactStore, tmp_path: Path, which: int
) -> None:
    file = tmp_path / ("tokenizer.json" if which == 2 else "other.csv")
    file.write_text("k\n1\n")
    more = beside(file)[which]
    (first,) = reads(store, {"clickModel": {"rows": 100}}, **more)
    assert first.startswith(f"{file} ")
    os.utime(file, (1, 1))
    assert reads(store, {"clickModel": {"rows": 100}}, **more) != (first,)
    file.unlink()
    with pytest.raises(
        StageFailure, match=r"(other|tokenizer)\..*prepare\.(clean|augment|columns)"
    ):
        reads(store, {"clickModel": {"rows": 100}}, **more)


CATALOGUES = [AnyCleaning, AnyRowRule, AnyAugmentation, AnySource, ColumnKind, TextColumn]


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_whatever_takes_an_address_tells_of_it(catalogue: type[Spec]) -> None:
    """A new step that reads a file and says nothing of it would be reused with another file."""
    for field in catalogue.model_fields.values():
        for step in models(field.annotation):
            tells = {"uris", "files"} & vars(step).keys()
            assert tells or "uri" not in step.model_fields, step.__name__
