"""The first process of a pod: it starts the one that works, and outlives it.

TensorFlow takes SIGTERM for itself, and holds Python's lock while it waits for a gang to come
together: the process that runs it cannot be relied on to end when asked. The guardian can. It also
tells what a process cannot tell of its own death (out of memory, a segmentation fault), and reaps
orphans, as the first process of a container has to.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from hone_trainer.last_word import leave
from hone_trainer.task import Exit, Report

ASKED = {signal.SIGTERM, signal.SIGINT}
_PR_SET_PDEATHSIG = 1
_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def guard(work: Callable[[], NoReturn]) -> NoReturn:
    """Run ``work`` in a child and end as it ends; on SIGTERM or Ctrl-C end it and say so.

    Call it before any thread starts: only the calling thread goes on in the child.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ASKED | {signal.SIGCHLD})
    killed_before = _killed_for_memory()
    guardian = os.getpid()
    child = os.fork()
    if child == 0:
        # What asks a pod to stop asks the guardian; Ctrl-C reaches both, so it stays blocked here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        _die_with(guardian)
        work()
    while True:
        got = signal.Signals(signal.sigwait(ASKED | {signal.SIGCHLD}))
        if got in ASKED:
            os.kill(child, signal.SIGKILL)
            ended = os.waitpid(child, 0)[1]
            if os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == Exit.OK:
                os._exit(Exit.OK)
            message = f"{got.name}: stopped; what is committed or checkpointed stays"
            leave(Report(reason="Interrupted", message=message), Exit.INTERRUPTED)
        status = _reap(child)
        if status is not None:
            _end_like(status, killed_before)


def _reap(child: int) -> int | None:
    """Collect what has ended; give the child's wait status if it is among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid in (0, child):
            return status if pid == child else None


def _end_like(status: int, killed_before: int) -> NoReturn:
    if not os.WIFSIGNALED(status):
        os._exit(os.WEXITSTATUS(status))
    name = signal.Signals(os.WTERMSIG(status)).name
    report = Report(reason="Crashed", message=f"the process was ended by {name}")
    if _killed_for_memory() > killed_before:
        remedy = "raise resources.limits.memory"
        report = Report(reason="OutOfMemory", message=f"killed for lack of memory: {remedy}")
    leave(report, 128 + os.WTERMSIG(status))


def _killed_for_memory() -> int:
    """Give how many processes of this control group were killed for memory so far."""
    for path in _COUNTERS:
        try:
            counters = dict(line.split() for line in Path(path).read_text().splitlines())
        except (OSError, ValueError):
            continue
        return int(counters.get("oom_kill", 0))
    return 0


def _die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, where the kernel can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(Exit.INTERRUPTED)
