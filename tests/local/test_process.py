"""Processes that stand for pods: recorded before they run, ended only when provably ours."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from hone.cluster.local_process import GATE, LOST, Process, Trace, birth
from tests.local.builders import DEADLINE, gone

IGNORES_TERM = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(600)"
)


def process(folder: Path, code: str) -> Process:
    return Process([sys.executable, "-c", code], os.environ, folder, folder / "log")


async def ready(folder: Path) -> None:
    async with asyncio.timeout(DEADLINE):
        while "ready" not in (folder / "log").read_text():
            await asyncio.sleep(0.02)


async def test_the_command_waits_at_the_gate(tmp_path: Path) -> None:
    held = process(tmp_path, "print('ready')")
    assert held.trace.alive()
    held.go()
    assert await held.wait() == 0
    assert (tmp_path / "log").read_text() == "ready\n"
    assert not held.trace.alive()


def test_a_gate_whose_runner_died_never_opens(tmp_path: Path) -> None:
    child = subprocess.Popen(
        ["/bin/sh", "-c", GATE, "sh", "touch", str(tmp_path / "ran")], stdin=subprocess.PIPE
    )
    child.communicate(b"")
    assert child.returncode != 0
    assert not (tmp_path / "ran").exists()


async def test_exit_codes_are_those_of_a_shell(tmp_path: Path) -> None:
    failing = process(tmp_path, "raise SystemExit(64)")
    failing.go()
    assert await failing.wait() == 64
    killed = process(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    killed.go()
    assert await killed.wait() == 137


async def test_an_end_that_somebody_else_was_told_of_is_heard_of_all_the_same(
    tmp_path: Path,
) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        robbed = process(tmp_path, "pass")
        robbed.go()
        async with asyncio.timeout(DEADLINE):
            assert await robbed.wait() == LOST
    finally:
        signal.signal(signal.SIGCHLD, before)


async def test_who_ignores_sigterm_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    deaf = process(tmp_path, IGNORES_TERM)
    deaf.go()
    await ready(tmp_path)
    assert await deaf.stop(grace=0.1) == 137


async def test_what_a_pod_started_ends_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(child.pid, flush=True)"
    )
    parent = process(tmp_path, code)
    parent.go()
    assert await parent.wait() == 0
    child = int((tmp_path / "log").read_text())
    async with asyncio.timeout(DEADLINE):
        while not gone(child):
            await asyncio.sleep(0.02)


async def test_an_orphan_is_ended_by_its_trace(tmp_path: Path) -> None:
    orphan = process(tmp_path, IGNORES_TERM)
    orphan.go()
    await ready(tmp_path)
    trace = Trace(**vars(orphan.trace))
    assert trace.alive()
    await trace.end(grace=0.1)
    assert not trace.alive()
    assert await orphan.wait() == 137


async def test_a_process_of_the_same_number_is_left_alone() -> None:
    stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    await Trace(stranger.pid, "boot:1").end(grace=0.0)
    assert stranger.communicate(b"still here")[0] == b"still here"


def test_birth_tells_processes_apart() -> None:
    assert birth(os.getpid()) == birth(os.getpid())
    assert birth(os.getpid()) != birth(1)
    assert birth(2**22 + 1) is None
