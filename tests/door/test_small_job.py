"""`hone run` with the real trainer: gangs that train over loopback, to a model that is tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lab import patience

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

FILE = Path(__file__).with_name("small.yaml")
DEADLINE = patience.seconds(400)


def test_raw_rows_become_a_small_tested_model(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hone", "run", str(FILE)]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for table in ("Stages", "Validation accuracy", "Compression", "Test part", "Artifacts"):
        assert table in done.stdout
    status = json.loads((tmp_path / ".hone/shop/small/job.json").read_text())["status"]
    assert status["restarts"] == 0
    figures = {stage["name"]: stage["metrics"][0] for stage in status["stages"]}
    assert figures["train"]["name"] == "valAccuracy"
    uris = {artifact["name"]: artifact["uri"] for artifact in status["artifacts"]}
    assert Path(uris["compress/model.tflite"]).stat().st_size > 1000
    assert "<html" in Path(uris["evaluate/report.html"]).read_text()
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "every stage was already committed" in again.stdout
