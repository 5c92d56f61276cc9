"""A process of this machine that stands for a pod.

Two promises: no process runs before it is on record, and none is ended that is not provably ours.
The child waits at a gate until its number and time of birth are written down; a number whose
process was born at another time belongs to somebody else by now.
"""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GATE = 'read -r go && exec "$@" </dev/null'
"""If we die first the pipe closes, ``read`` fails, and the command never starts."""
POLL = 0.1
LOST = 128 + signal.SIGKILL
"""Exit code of a child whose end somebody else was told of, such as a kernel whose SIGCHLD is
ignored: not a success, and worth another try."""


@dataclass(frozen=True)
class Trace:
    """What is written down of a process, to find it again after a crash."""

    pid: int
    birth: str

    def alive(self) -> bool:
        """Say whether this very process still runs."""
        return birth(self.pid) == self.birth

    async def end(self, grace: float) -> None:
        """End a process that a runner before us left behind, with all its children."""
        for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            if not self.alive():
                return
            with suppress(ProcessLookupError):  # it ended between the look and the signal
                (os.kill if number == signal.SIGTERM else os.killpg)(self.pid, number)
            loop = asyncio.get_running_loop()
            deadline = loop.time() + patience
            # Not our child: nothing tells us of its end, so we look.
            while self.alive() and loop.time() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(POLL)


class Process:
    """A child process, its own session, held at the gate until ``go``."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
    ) -> None:
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - the command is the manifest's
                ["/bin/sh", "-c", GATE, "sh", *command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.trace = Trace(self._child.pid, birth(self._child.pid) or "")
        self._reaping, self._reaped = threading.Lock(), False
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        threading.Thread(
            target=self._watch, args=(asyncio.get_running_loop(),), daemon=True
        ).start()

    def go(self) -> None:
        """Open the gate."""
        gate = self._child.stdin
        assert gate is not None  # noqa: S101 - it was asked for
        try:
            gate.write(b"go\n")
            gate.close()
        except BrokenPipeError:
            return  # it was ended at the gate

    async def wait(self) -> int:
        """Wait for the end; give the exit code as a shell does, 128 + n for signal n."""
        return await asyncio.shield(self._ended)

    async def stop(self, grace: float) -> int:
        """End it: SIGTERM, and SIGKILL for whatever is left after the grace period."""
        self._signal(os.kill, signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.wait(), grace)
        except TimeoutError:
            self._signal(os.killpg, signal.SIGKILL)
        return await self.wait()

    def _signal(self, send: Callable[[int, int], None], number: signal.Signals) -> None:
        """Send a signal, unless the number may be somebody else's already."""
        with self._reaping:
            if not self._reaped:
                send(self._child.pid, number)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the end, whatever happens: who waits for it would wait for ever."""
        try:
            code = self._reap()
        except ChildProcessError:
            self._child.wait()
            code = LOST
        self._reaped = True
        try:
            loop.call_soon_threadsafe(self._end, code)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    def _reap(self) -> int:
        """Wait for the end, end what it left behind, and give the exit code."""
        pid = self._child.pid
        if not hasattr(os, "waitid"):
            code = self._child.wait()
            return 128 - code if code < 0 else code
        # Wait and leave the zombie, which keeps its number, and that of its group, its own.
        end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert end is not None  # noqa: S101 - it is None only where nobody waits
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with self._reaping:
            self._child.wait()
            self._reaped = True
        return end.si_status if end.si_code == os.CLD_EXITED else 128 + end.si_status

    def _end(self, code: int) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()
        if not self._ended.done():
            self._ended.set_result(code)


def birth(pid: int) -> str | None:
    """Return what tells a process from all that bear its number at other times; None if it is gone.

    On Linux the boot and the clock tick of its start; elsewhere what ps says.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        fields = stat.read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None if Path("/proc/self").exists() else _birth_by_ps(pid)
    return None if fields[0] in ("Z", "X") else f"{boot}:{fields[19]}"


def _birth_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return said.strip() or None
