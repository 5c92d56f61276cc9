"""Start a component, wait for what proves that it is up, and end it: by its own process id.

Children are bound to their parent's life by the kernel, so that a parent that is killed hard
leaves none behind. A component that fails to come up says why: the tail of its log is the error.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import patience
from lab.faults import Broken

_PR_SET_PDEATHSIG = 1
_STEP_S = 0.05
_TAIL_LINES = 40


@dataclass(frozen=True)
class Component:
    """A process of the room that is running, and where its log is."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def await_ready(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until `ready` says so.

        Args:
            ready: a probe that is cheap to call; exceptions of the network count as not yet.
            seconds: the deadline.

        Raises:
            Broken: the process ended or the deadline passed; the message has the log's tail.
        """
        deadline = time.monotonic() + patience.seconds(seconds)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Broken(f"{self.name} ended with {self.process.returncode}\n{self.tail()}")
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(_STEP_S)
        raise Broken(f"{self.name} was not ready after {seconds:.0f} s\n{self.tail()}")

    def tail(self) -> str:
        """Return the last lines of the log."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join(f"  {self.name}| {line}" for line in lines)

    def stop(self, seconds: float = 10) -> None:
        """Ask the process to end, and make it after `seconds`."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience.seconds(seconds))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    logs: Path,
    environ: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Component:
    """Start a component with its output going to a log file.

    Args:
        name: what to call it; also the log's name.
        command: the program and its arguments.
        logs: the folder of the log.
        environ: the whole environment; the caller's own where None.
        pass_fds: open files that the child keeps.
    """
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            pass_fds=tuple(pass_fds),
            start_new_session=True,  # Ctrl-C is for us; we then end children in order
            preexec_fn=bind_to(os.getpid()) if sys.platform == "linux" else None,
        )
    return Component(name, process, log)


def bind_to(parent: int, by: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """Return what binds the process that calls it to its parent's life; on Linux only.

    Args:
        parent: the parent's process id.
        by: the signal that the kernel sends when the parent is gone.
    """
    libc = ctypes.CDLL(None)

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return bind
