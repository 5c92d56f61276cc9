"""Process ids that can be trusted later: an id alone may by then belong to somebody else."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from lab import patience
from lab.faults import Broken

_STATE, _START = 0, 19  # fields of /proc/PID/stat, counted after the name


@dataclass(frozen=True)
class Resident:
    """A process, known by its id and by when it was born."""

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> "Resident":
        """Return who has this id now."""
        return cls(pid, _stat(pid)[_START])

    @classmethod
    def read(cls, path: Path) -> "Resident | None":
        """Return who was written down in a file, or None where nobody was."""
        try:
            pid, born = path.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return cls(int(pid), born)

    def write(self, path: Path) -> None:
        """Write it down."""
        path.write_text(f"{self.pid} {self.born}\n")

    def alive(self) -> bool:
        """Tell whether it still runs, and is still the same."""
        try:
            stat = _stat(self.pid)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat[_START] == self.born and stat[_STATE] != "Z"

    def child(self) -> "Resident | None":
        """Return its first child, or None where it has none."""
        tasks = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        try:
            pids = tasks.read_text().split()
        except FileNotFoundError:
            return None
        return Resident.of(int(pids[0])) if pids else None

    def end(self, seconds: float = 10) -> None:
        """Kill it and wait until it is gone."""
        if not self.alive():
            return
        os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + patience.seconds(seconds)
        while self.alive():
            if time.monotonic() > deadline:
                raise Broken(f"process {self.pid} does not end")
            time.sleep(0.02)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
