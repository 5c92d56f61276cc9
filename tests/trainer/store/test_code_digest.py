"""What a stage was made by is its source, and nothing that it does not reach."""

import ast
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from hone_trainer.store.code_digest import PACKAGE, _named, code_digest
from hone_trainer.store.libraries import COMPUTING, installed

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
        ("train/objective.py", {"train", "fuse", "compress", "evaluate"}),
        ("models/recommendation/lstm.py", {"train", "fuse", "compress", "evaluate"}),
        ("sources/csv.py", {"prepare", "evaluate"}),  # which reads rows as sources do
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


def test_another_version_of_a_library_that_computes_is_other_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code_digest.cache_clear()
    before = {stage: code_digest(stage) for stage in STAGES}
    monkeypatch.setattr("hone_trainer.store.code_digest.installed", lambda name: f"{name} 99")
    code_digest.cache_clear()
    changed = {stage for stage in STAGES if code_digest(stage) != before[stage]}
    code_digest.cache_clear()
    assert changed >= {"prepare", "train", "fuse", "compress", "evaluate"}
    assert installed("numpy") == version("numpy")
    assert installed("tensorflow")


CARRYING = {"dask", "distributed", "obstore", "psycopg", "pydantic", "safetensors"}
"""Libraries that carry words and bytes, or divide the work, and change nothing of what is made."""


def test_of_every_library_it_is_known_whether_it_computes() -> None:
    ours = {"__future__", "hone_trainer", *sys.stdlib_module_names}
    found = {
        name.partition(".")[0]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported(node)
    }
    assert found - ours <= COMPUTING.keys() | CARRYING


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


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
