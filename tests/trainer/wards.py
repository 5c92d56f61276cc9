"""A guardian with a worker made up for a test, in a process of its own: both are made by fork."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hone_trainer.contract.assignment import Report
from lab import patience

DEADLINE_S = patience.seconds(60)
PRELUDE = """
import os, signal, sys, threading, time
from pathlib import Path
from hone_trainer.pod import guardian, stacks
from hone_trainer.pod.termination_message import leave
from hone_trainer.contract.assignment import Exit, Report, StageFailure

guardian.GRACE_S, guardian.LOOK_S, stacks.PATIENCE_S = 1.0, 0.1, 2.0
FOLDER = Path(sys.argv[1])

def say(word):
    (FOLDER / word).write_text(str(os.getpid()))

def keep(text):
    (FOLDER / "stacks").write_text(text)
    return "store/stacks-0.txt"

def nap():
    time.sleep(0.02)
"""


class Ward:
    """A guardian with the worker of one case."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        script = PRELUDE + code + "\nguardian.guard(work, keep)\n"
        with (folder / "out").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, str(folder)],
                env={**os.environ, "HONE_TERMINATION_LOG": str(folder / "log")},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def until(self, word: str) -> int:
        """Wait for the worker's word; give its process id."""
        deadline = time.monotonic() + DEADLINE_S
        while not (self.folder / word).exists() or not (self.folder / word).read_text():
            assert time.monotonic() < deadline, (self.folder / "out").read_text()
            time.sleep(0.01)
        return int((self.folder / word).read_text())

    def ask(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, Report, float]:
        """Return exit code, report, and the seconds it took."""
        begun = time.monotonic()
        code = self.process.wait(DEADLINE_S)
        report = Report.model_validate_json((self.folder / "log").read_text())
        return code, report, time.monotonic() - begun
