"""What a stage was made by is its source, and nothing that it does not reach."""

import shutil
from pathlib import Path

import pytest

from hone_trainer.store.code_digest import PACKAGE, _named, code_digest

STAGES = ("prepare", "train", "fuse", "compress", "evaluate", "custom")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "hone_trainer"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def changed(copy: Path, module: str) -> set[str]:
    """Return the stages that are another after a line was added to a module."""
    code_digest.cache_clear()
    before = {stage: code_digest(stage, copy) for stage in STAGES}
    with (copy / module).open("a") as file:
        file.write("# another line\n")
    code_digest.cache_clear()
    return {stage for stage in STAGES if code_digest(stage, copy) != before[stage]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "stages"),
    [
        ("train/objective.py", {"train", "compress", "evaluate"}),
        ("models/recommendation/lstm.py", {"train", "fuse", "compress", "evaluate"}),
        ("sources/csv.py", {"prepare"}),
        ("profile/page.py", {"prepare"}),
        ("evaluate/page.py", {"evaluate"}),
        ("tasks/binary.py", {"prepare", "train", "fuse", "compress", "evaluate"}),
        ("contract/spec.py", set(STAGES)),
    ],
)
def test_a_stage_is_another_where_code_changed_that_it_reaches(
    copy: Path, module: str, stages: set[str]
) -> None:
    assert changed(copy, module) == stages


def test_the_same_code_elsewhere_is_the_same(copy: Path) -> None:
    assert code_digest("train", copy) == code_digest("train")


def test_every_way_to_import_is_seen() -> None:
    source = """
from hone_trainer.models import (
    network,
)
from hone_trainer import stages
import hone_trainer.store.errors
"""
    found = {str(path.relative_to(PACKAGE)) for path in _named(source, PACKAGE)}
    assert {"models/network.py", "stages/__init__.py", "store/errors.py"} <= found
