"""`hone clean`: shows first what would go, and removes that and nothing else."""

import os
import time
from pathlib import Path

import pytest

from hone.__main__ import main
from hone.api.run_outcome import Clearing
from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.door.judged import judged
from tests.trainer.runs.records import Pods

DAY = 86_400


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.chdir(tmp_path)
    return open_store(Store(uri=".hone/artifacts"))


def aged(shelf: ArtifactStore, days: float) -> None:
    """Have everything in the store be as old as this."""
    moment = time.time() - days * DAY
    for path in Path(shelf.root).rglob("*"):
        os.utime(path, (moment, moment))


def two(shelf: ArtifactStore, days: float = 40) -> None:
    """Two runs of a job, with rows of their own."""
    judged(shelf, "11111111-a", 0.80)
    judged(shelf, "22222222-b", 0.90, seconds=100)
    for uid in ("11111111-a", "22222222-b"):
        shelf.put(f"shop/clicks/{uid}/train/0/checkpoints/0/step.json", b"x" * 5000)
    aged(shelf, days)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["clean", *words]) == 0
    return capsys.readouterr().out


def test_nothing_goes_before_somebody_says_yes(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    two(shelf)
    before = shelf.list("")
    told = said(capsys)
    assert shelf.list("") == before
    kept, trimmed = (line.split() for line in told.splitlines()[1:3])
    assert kept[:3] == ["22222222", "shop/clicks", "keep"]
    assert trimmed[:3] == ["11111111", "shop/clicks", "trim"]
    assert told.splitlines()[-1].endswith("would be freed: add --yes")


def test_what_was_shown_goes_and_the_record_stays(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    two(shelf)
    shown = Clearing.model_validate_json(said(capsys, "-o", "json"))
    done = Clearing.model_validate_json(said(capsys, "--yes", "-o", "json"))
    assert (shown.done, done.done) == (False, True)
    assert shown.runs == done.runs
    assert done.frees_bytes >= 5000
    assert not shelf.list("shop/clicks/11111111-a/train/0/checkpoints")
    assert shelf.list("shop/clicks/22222222-b/train/0/checkpoints")
    assert main(["show", "11111111"]) == 0
    assert "0.8000" in capsys.readouterr().out  # its figures are still known
    assert "nothing can go" in said(capsys)


@pytest.mark.parametrize(
    ("days", "words", "gone"),
    [
        (40, (), True),
        (20, (), False),
        (20, ("--older-than", "2w"), True),
        (0.6, ("--older-than", "12h"), True),
        (0.4, ("--older-than", "12h"), False),
    ],
)
def test_the_age_is_that_of_what_was_written_last(
    shelf: ArtifactStore,
    capsys: pytest.CaptureFixture[str],
    days: float,
    words: tuple[str, ...],
    gone: bool,
) -> None:
    two(shelf, days)
    said(capsys, "--yes", *words)
    assert (not shelf.list("shop/clicks/11111111-a/train/0/checkpoints")) is gone


def test_a_run_that_may_go_on_goes_only_where_that_is_said(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    Pods(shelf, "33333333-c").run("data", "")
    shelf.put("shop/clicks/33333333-c/data/0/scratch/0/rows.arrow", b"rows")
    aged(shelf, 40)
    assert "unfinished: it may go on; --unfinished clears it, too" in said(capsys, "--yes")
    assert shelf.list("shop/clicks/33333333-c/data/0/scratch")
    said(capsys, "--yes", "--unfinished")
    assert not shelf.list("shop/clicks/33333333-c/data/0/scratch")


def test_all_of_a_run_goes_with_its_folders_where_bundles_are_to_go(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    two(shelf)
    assert "remove" in said(capsys, "--yes", "--bundles")
    assert not Path(shelf.root, "shop/clicks/11111111-a").exists()
    assert Path(shelf.root, "shop/clicks/22222222-b").is_dir()


def test_a_manifest_that_nobody_can_read_stops_it(
    shelf: ArtifactStore, capsys: pytest.CaptureFixture[str]
) -> None:
    two(shelf)
    shelf.put("shop/clicks/22222222-b/train/0/0/manifest.json", b"{")
    before = shelf.list("")
    assert main(["clean", "--yes"]) == 2
    assert "so nobody knows what it refers to: move it away" in capsys.readouterr().err
    assert shelf.list("") == before


@pytest.mark.parametrize("wrong", ["30", "d", "30 days", "-1d", "1e3d"])
def test_an_age_that_is_none_is_answered_with_its_forms(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["clean", f"--older-than={wrong}"])
    assert "is no age: write 12h, 30d or 4w" in capsys.readouterr().err
