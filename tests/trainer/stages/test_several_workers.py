"""Steps of every kind of task on one, two and four replicas: the same rows, draws and weights."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab import patience
from tests.trainer.worlds import STEPS

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def replicas(root: Path) -> dict[str, Any]:
    """What ``task_replicas`` printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainer.task_replicas"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=patience.seconds(240),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("tasks", [*STEPS, "histories"])
def test_several_workers_take_the_rows_and_the_chances_that_one_would(
    tasks: str, replicas: dict[str, Any]
) -> None:
    one, *several = replicas[tasks]
    assert len(several) == 2
    for each in several:
        assert each["rows"] == one["rows"]
        assert each["sums"] == pytest.approx(one["sums"], rel=1e-5)
        assert each["weights"] == pytest.approx(one["weights"], abs=2e-5)
