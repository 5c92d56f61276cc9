"""Pods as processes of this machine, as a kubelet would start them and read what they leave."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hone_trainer.contract.assignment import Assignment, Report
from lab import patience


class Pod:
    """One pod: an environment in; an exit code, a termination message and output out."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.message = folder / "termination-log"
        self.log = folder / "log"
        self.folder = folder

    def start(self, task: Assignment | str, **environ: str) -> subprocess.Popen[bytes]:
        text = task if isinstance(task, str) else json.dumps(task.dump())
        given = {"HONE_TASK": text, "HONE_TERMINATION_LOG": str(self.message)} | environ
        # Into a file: nobody has to read for the pod to go on.
        with self.log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "hone_trainer"],
                env={**os.environ, "TMPDIR": str(self.folder), **given},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def run(self, task: Assignment | str, **environ: str) -> tuple[int, Report, str]:
        code = self.start(task, **environ).wait(timeout=patience.seconds(120))
        return code, self.report(), self.log.read_text()

    def report(self) -> Report:
        return Report.model_validate_json(self.message.read_text())
