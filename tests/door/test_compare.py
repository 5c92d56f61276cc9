"""`hone compare`: which word changed, and what it did."""

from pathlib import Path

import pytest

from hone.__main__ import main
from hone.api.run_outcome import RunComparison
from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.door.judged import judged


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.chdir(tmp_path)
    return open_store(Store(uri=".hone/artifacts"))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def test_two_runs_after_an_edit_tell_the_word_and_what_it_did(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, "11111111-a", 0.80)
    judged(shelf, "22222222-b", 0.90, seconds=100, epochs=9)
    told = said(capsys, "compare", "1111", "latest:shop/clicks")
    assert "stage train: train.epochs: from 2 to 9\n" in told
    [line] = [line for line in told.splitlines() if line.startswith("│ auc")]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells == ["auc", "0.8000", "0.9000", "+0.1000", "+0.0717 to +0.1283", "beyond chance"]


def test_a_difference_within_the_intervals_is_chance(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, "11111111-a", 0.80, at_least=0.7)
    judged(shelf, "22222222-b", 0.81, seconds=100, at_least=0.75)
    told = said(capsys, "compare", "1111", "2222")
    assert "stage check: evaluate.require[auc].atLeast: from 0.7 to 0.75\n" in told
    assert "within chance" in told
    assert "beyond" not in told


def test_other_rows_under_the_same_name_are_told(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, "11111111-a", 0.80, rows="a")
    judged(shelf, "22222222-b", 0.81, seconds=100, rows="b")
    told = said(capsys, "compare", "1111", "2222")
    line = "stage data: rows: from 1,000 (sha256 aaaaaaaaaaaa) to 1,000 (sha256 bbbbbbbbbbbb)"
    assert line in told


def test_the_same_again_says_so(shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]) -> None:
    judged(shelf, "11111111-a", 0.80)
    judged(shelf, "22222222-b", 0.80, seconds=100)
    assert "spec, rows and versions are the same" in said(capsys, "compare", "1111", "2222")


def test_machines_are_told_all_of_it(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, "11111111-a", 0.80)
    judged(shelf, "22222222-b", 0.90, seconds=100, epochs=9)
    told = RunComparison.model_validate_json(said(capsys, "compare", "1111", "2222", "-o", "json"))
    assert (told.before.run, told.after.run) == ("11111111-a", "22222222-b")
    assert [(c.field, c.before, c.after) for c in told.changes] == [
        ("stage train: train.epochs", "2", "9")
    ]
    figure = told.figures["clicked"]["auc"]
    assert figure.beyond_chance
    assert figure.difference == pytest.approx(0.1)
    assert told.costs["seconds"].before == told.costs["seconds"].after == 5
    assert told.stages.keys() == {"data", "train", "check"}


def test_a_run_that_failed_before_its_figures_is_compared_by_what_there_is(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shelf, "11111111-a", 0.80)
    judged(shelf, "22222222-b", 0.90, seconds=100, epochs=9)
    for path in shelf.list("shop/clicks/22222222-b/check"):
        shelf.delete(path)
    told = said(capsys, "compare", "1111", "latest:shop/clicks")
    assert "train.epochs: from 2 to 9" in told
    assert main(["compare", "1111", "9999"]) == 2
    assert "has no run 9999" in capsys.readouterr().err
