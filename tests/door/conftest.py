"""The door, opened as people open it, with a stand-in where the trainer would be."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

STAGES = [
    {
        "name": "data",
        "prepare": {
            "source": {"clickModel": {"rows": 1000}},
            "tasks": [{"binary": {"label": "clicked"}}],
            "columns": [{"name": "user", "id": {}}],
        },
    },
    {
        "name": "train",
        "train": {
            "model": {"recommendation": {"lstm": {}}},
            "members": 2,
            "strategy": {"multiWorkerMirrored": {"workers": 2}},
        },
    },
    {"name": "fuse", "fuse": {"vote": {}}},
]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def jobfile(tmp_path: Path) -> Path:
    """A job of three stages."""
    job = {
        "apiVersion": "hone.dev/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": {"name": "demo", "namespace": "shop"},
        "spec": {"artifacts": {"uri": "s3://models/demo"}, "stages": STAGES},
    }
    path = tmp_path / "job.yaml"
    path.write_text(yaml.safe_dump(job))
    return path


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start ``hone`` with the stand-in for a trainer."""
    interpreter = tmp_path / "python"
    stand_in = Path(__file__).with_name("stand_in.py")
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stand_in}"\n')
    interpreter.chmod(0o755)
    code = (
        # As some that start us do: SIGCHLD ignored, which children inherit.
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
        f"import sys; sys.executable = {str(interpreter)!r};"
        "from hone.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )

    def begin(
        *words: str, around: Mapping[str, str] | None = None, given: str = ""
    ) -> subprocess.Popen[str]:
        (tmp_path / "given").write_text(given)
        with (tmp_path / "given").open() as standard:
            return subprocess.Popen(
                [sys.executable, "-c", code, *words],
                cwd=tmp_path,
                env={**os.environ, **(around or {})},
                stdin=standard,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    return begin
