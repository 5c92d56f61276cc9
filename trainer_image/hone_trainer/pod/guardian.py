"""The first process of a pod: it starts the one that works, and outlives it.

TensorFlow takes SIGTERM for itself, and holds Python's lock while it waits for a gang to come
together: the process that runs it cannot be relied on to end when asked. The guardian can. It
passes the wish on through shared memory, waits for a checkpoint where one is promised, finds out
that work has hung, and tells what a process cannot tell of its own death (out of memory, a
segmentation fault). It also reaps orphans, as the first process of a container has to.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from hone_trainer.contract.assignment import Exit, Report
from hone_trainer.pod.heartbeat import Heartbeat
from hone_trainer.pod.stacks import Stacks
from hone_trainer.pod.termination_message import leave

ASKED = {signal.SIGTERM, signal.SIGINT}
GRACE_S = 40.0
"""How long a worker that listens may take to save its state: less than a pod's grace period."""
LOOK_S = 0.5
_PR_SET_PDEATHSIG = 1
_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")

Dump = Callable[[str], str]
"""Keeps the stacks of a process that hangs; gives where they lie."""


def guard(work: Callable[[Heartbeat], NoReturn], keep: Dump) -> NoReturn:
    """Run ``work`` in a child and end as it ends; on SIGTERM or Ctrl-C have it stop, and say so.

    Call it before any thread starts: only the calling thread goes on in the child.

    Args:
        work: told by the heartbeat that it should stop; never returns.
        keep: stores the stacks of a child that hung, and gives their address.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ASKED | {signal.SIGCHLD})
    killed_before = _killed_for_memory()
    guardian, heartbeat, stacks = os.getpid(), Heartbeat(), Stacks()
    child = os.fork()
    if child == 0:
        # What asks a pod to stop asks the guardian; Ctrl-C reaches both, so it stays blocked here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        _die_with(guardian)
        stacks.arm()
        work(heartbeat)
    deadline = float("inf")
    while True:
        got = signal.sigtimedwait(ASKED | {signal.SIGCHLD}, LOOK_S)
        if got is not None and got.si_signo in ASKED:
            # At once where somebody asks a second time, or where nobody is there to listen.
            patient = heartbeat.listening and not heartbeat.asked
            deadline = time.monotonic() + GRACE_S if patient else 0.0
            heartbeat.ask()
        status = _reap(child)
        if status is not None:
            _end_like(status, killed_before)
        if heartbeat.hung and not heartbeat.asked:
            _end_hung(child, heartbeat, stacks, keep)
        if time.monotonic() > deadline:
            if heartbeat.silence > GRACE_S:  # it had promised to listen, and did not
                _end_hung(child, heartbeat, stacks, keep)
            _end_asked(child)


def _end_asked(child: int) -> NoReturn:
    os.kill(child, signal.SIGKILL)
    ended = os.waitpid(child, 0)[1]
    if os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == Exit.OK:
        os._exit(Exit.OK)
    message = "stopped when asked; what is committed or checkpointed stays"
    leave(Report(reason="Interrupted", message=message), Exit.INTERRUPTED)


def _end_hung(child: int, heartbeat: Heartbeat, stacks: Stacks, keep: Dump) -> NoReturn:
    silence = heartbeat.silence
    text = stacks.dump(child)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        where = f"; its stacks are in {keep(text)}"
    except Exception as error:
        where = f"; its stacks could not be kept ({type(error).__name__}), see the log"
    sys.stdout.write(text)
    message = f"no step ended for {silence:.0f} s{where}"
    leave(Report(reason="Hung", message=message), Exit.HUNG)


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
    """Return how many processes of this control group were killed for memory so far."""
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
