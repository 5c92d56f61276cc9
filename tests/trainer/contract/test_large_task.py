"""A task whose large part lies in a file is the task that was given."""

from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import VARIABLE_LIMIT, Assignment, Exit, Store
from tests.trainer.pods import Pod


def task(size: int) -> Assignment:
    said = {"namespace": "shop", "job": "demo", "uid": "u", "stage": "data", "seed": 7}
    return Assignment(**said, run={"prepare": {"word": "é" * size}}, store=Store(uri="/models"))


def test_a_small_task_is_one_variable() -> None:
    whole, large = task(10).parts()
    assert large == ""
    assert Assignment.read({"HONE_TASK": whole}) == task(10)


def test_a_large_task_is_read_as_it_was_written(tmp_path: Path) -> None:
    small, large = task(VARIABLE_LIMIT).parts()
    assert len(small) < 1000
    path = tmp_path / "payload.json"
    path.write_text(large, encoding="utf-8")
    assert Assignment.read({"HONE_TASK": small, "HONE_TASK_FILE": str(path)}) == task(
        VARIABLE_LIMIT
    )


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, "", "[]", "{}", "nonsense"])
def test_a_file_that_is_none_is_never_retried(
    tmp_path: Path, content: str | None, run_stage: Any
) -> None:
    path = tmp_path / "payload.json"
    if content is not None:
        path.write_text(content)
    pod = Pod(tmp_path / "pod")
    small = task(VARIABLE_LIMIT).parts()[0]
    code, report, _ = pod.run(small, HONE_TASK_FILE=str(path))
    assert (code, report.reason) == (Exit.DO_NOT_RETRY, "BadTask")
    assert "HONE_TASK" in report.message
