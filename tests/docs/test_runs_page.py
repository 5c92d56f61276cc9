"""The commands about runs, typed as the page has them, in a store with the runs of the page."""

import os
import re
import shlex
import time
from pathlib import Path

import pytest

from hone.__main__ import main
from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import open_store
from tests.docs.blocks import Command, commands
from tests.docs.test_commands import RECORDED
from tests.door.judged import judged

PAGE = "docs/runs.md"
UIDS = ("3f2a91c0-5f87-4d0e-9c1b-0e2f6a7b8c9d", "81d0c5e2-1b7f-4a6e-8d3c-2f9e0a1b2c3d")
BUCKET = " s3://models/shop --endpoint http://store:9000"
"""What the page names and no test has: its own store stands in for it."""


def typed() -> list[Command]:
    return [each for each in commands() if each.page == PAGE and each.text.startswith(RECORDED)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shelf = open_store(Store(uri=".hone/artifacts"))
    judged(shelf, UIDS[0], 0.80, namespace="default")
    judged(shelf, UIDS[1], 0.90, seconds=100, namespace="default", epochs=9)
    month = time.time() - 40 * 86_400
    for path in Path(shelf.root).rglob("*"):
        os.utime(path, (month, month))
    return tmp_path


@pytest.mark.parametrize("command", typed(), ids=str)
def test_a_command_about_runs_says_what_the_page_says(
    desk: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.is_dir()
    assert main(shlex.split(command.text.replace(BUCKET, ""))[1:]) == 0
    lines = iter(capsys.readouterr().out.splitlines())
    for told in command.said:
        words = [" ".join(part.split()) for part in told.split("…")]
        assert any(_says(" ".join(line.split()), words) for line in lines), told


def test_the_page_has_such_commands() -> None:
    assert {each.text.split()[1] for each in typed()} >= {"runs", "show", "compare", "clean"}


def _says(line: str, words: list[str]) -> bool:
    """Say whether a line has these words in their order; what is between them is left open."""
    return re.match(".*".join(re.escape(part) for part in words), line) is not None
