"""`hone runs` and `hone show`: off the records alone, for people and for machines."""

import json
from pathlib import Path
from typing import Any

import pytest

from hone.__main__ import main
from hone.api.run_outcome import RunDetails, RunList
from hone_trainer.contract.assignment import Artifact, Report, Store, metric
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.manifest import Manifest
from tests.trainer.runs.records import Pods


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.chdir(tmp_path)
    return open_store(Store(uri=".hone/artifacts"))


def judged(shelf: ArtifactStore, pods: Pods) -> None:
    """A complete run whose last stage found something."""
    pods.run("data")
    pods.run("train", member=0)
    keeper = pods.keeper("train", member=1)
    keeper.begin()
    folder = f"shop/clicks/{pods.uid}/train/1/0"
    made = Manifest(stage="train", kind="train", input_digest="", facts={"headline": "valAuc"})
    shelf.put(f"{folder}/manifest.json", made.encode())
    bundle = Artifact(
        name="bundle/bundle.json",
        uri=shelf.uri(f"{folder}/bundle/bundle.json"),
        sha256="",
        size_bytes=1,
    )
    keeper.end(Report(metrics=(metric("valAuc", 0.91),), artifacts=(bundle,)))


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(words) == code
    told = capsys.readouterr()
    return told.out if code == 0 else told.err


def test_runs_are_listed_the_latest_first(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, Pods(shelf, "11111111-aaaa"))
    later = Pods(shelf, "22222222-bbbb", job="spending")
    later.seconds = 1000
    later.run("data", "InputNotFound")
    head, first, second = said(capsys, "runs").splitlines()
    assert head.split() == ["run", "job", "started", "took", "state", "figure", "size"]
    assert first.split()[:2] == ["22222222", "shop/spending"]
    assert "Failed" in first
    assert second.split()[0] == "11111111"
    assert "Complete" in second
    assert "valAuc 0.91" in second


def test_a_list_for_machines_is_one_object(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, Pods(shelf, "11111111-aaaa"))
    Pods(shelf, "22222222-bbbb", job="spending").run("data", "")
    told = RunList.model_validate_json(said(capsys, "runs", "-o", "json"))
    states = {each.run: (each.state, each.seconds is None, each.figure) for each in told.runs}
    assert states == {
        "11111111-aaaa": ("Complete", False, "valAuc"),
        "22222222-bbbb": ("Unfinished", True, None),
    }
    [alone] = RunList.model_validate_json(
        said(capsys, "runs", "--job", "spending", "-o", "json")
    ).runs
    assert alone.job == "shop/spending"
    assert alone.size_bytes > 0


def test_a_store_without_runs_says_so(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "runs").startswith(f"no runs in {shelf.root}")
    assert "no runs of job x in " in said(capsys, "runs", "--job", "x")


def test_a_run_is_shown_with_spec_stages_and_bundle(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, Pods(shelf, "11111111-aaaa"))
    told = said(capsys, "show", "1111")
    assert "run 11111111-aaaa of job shop/clicks" in told
    assert "- name: data" in told
    assert "Succeeded" in told
    assert "complete in 5 s" in told
    assert f"bundle: {shelf.root}/shop/clicks/11111111-aaaa/train/1/0/bundle" in told
    assert told == said(capsys, "show", "latest:shop/clicks")


def test_a_run_for_machines_says_all_that_is_known(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, Pods(shelf, "11111111-aaaa"))
    told = RunDetails.model_validate_json(said(capsys, "show", "1111", "-o", "json"))
    assert told.spec["seed"] == 0
    assert [(each.name, each.state) for each in told.stages] == [
        ("data", "Succeeded"),
        ("train", "Succeeded"),
        ("own", "Pending"),  # nobody puts it on record
    ]
    assert told.versions["hone"]
    assert told.bundle is not None


def test_a_failed_run_says_why(shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]) -> None:
    Pods(shelf, "11111111-aaaa").run("data", "InputNotFound")
    assert "failed (InputNotFound): stage data:" in said(capsys, "show", "1111")
    told = json.loads(said(capsys, "show", "1111", "-o", "json"))
    assert (told["state"], told["message"]) == ("Failed", "stage data: ")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("show", "9999"), "has no run 9999"),
        (
            ("show", "latest:nobody"),
            "no complete run of job default/nobody: it has none of any job",
        ),
        (("show", "latest:shop/clicks"), "of job shop/clicks: its runs are Unfinished; see"),
        (("runs", "ftp://x"), "ftp:// is not supported: ARTIFACTS must be"),
    ],
)
def test_what_is_not_there_ends_with_2_and_what_helps(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str], words: Any, answer: str
) -> None:
    Pods(shelf, "11111111-aaaa").run("data")
    assert answer in said(capsys, *words, code=2)


def test_a_run_shows_what_it_took_over(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    pods = Pods(shelf, "11111111-aaaa")
    keeper = pods.keeper("data")
    keeper.begin()
    keeper.end(Report(reused="shop/earlier/data"))
    shown = said(capsys, "show", "11111111")
    assert "shop/earlier/data" in shown
    assert "Reused" in shown
    told = RunDetails.model_validate_json(said(capsys, "show", "11111111", "-o", "json"))
    assert (told.stages[0].reused, told.stages[0].reused_from) == (True, ("shop/earlier/data",))
    assert not told.stages[1].reused
