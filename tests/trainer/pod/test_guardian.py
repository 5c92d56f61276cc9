"""The first process of a pod, with workers that listen, do not listen, hang, crash or go quietly.

A worker is the code of its process: see ``wards.PRELUDE`` for what it may call.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Exit
from tests.trainer.wards import DEADLINE_S, Ward

pytestmark = pytest.mark.slow

LISTENS = """
def work(heartbeat):
    with heartbeat.listens(60):
        say("ready")
        while not heartbeat.asked:
            nap()
        say("saved")
        leave(Report(reason="Interrupted", message="step 7 is saved"), Exit.INTERRUPTED)
"""
BUSY = """
def work(heartbeat):
    say("ready")
    while True:
        nap()
"""
DEAF = """
def work(heartbeat):
    with heartbeat.listens(60):
        say("ready")
        while True:
            nap()
"""
COMMITS = """
def work(heartbeat):
    with heartbeat.listens(60):
        say("ready")
        while not heartbeat.asked:
            nap()
    leave(Report(message="committed"), Exit.OK)
"""
HANGS = """
def stuck_in_the_mud(lock):
    lock.acquire()

def work(heartbeat):
    threading.Thread(target=time.sleep, args=(99,), daemon=True, name="another").start()
    with heartbeat.listens(0.5):
        say("ready")
        lock = threading.Lock()
        lock.acquire()
        stuck_in_the_mud(lock)
"""
FROZEN = """
def work(heartbeat):
    with heartbeat.listens(0.5):
        say("ready")
        os.kill(os.getpid(), signal.SIGSTOP)
"""
NO_PLACE = """
def keep(text):
    raise StageFailure("StorageForbidden", "no right to write")
"""
TAKES_LONG = """
def work(heartbeat):
    with heartbeat.listens(0.5):
        for _ in range(8):
            time.sleep(0.1)
            heartbeat.beat()
    time.sleep(0.7)  # nothing was promised for this
    leave(Report(message="done"), Exit.OK)
"""
KILLED = """
def work(heartbeat):
    os.kill(os.getpid(), signal.SIGSEGV)
"""
ORPHANS = """
for code in range(1, 4):
    if os.fork() == 0:
        os._exit(code)

def work(heartbeat):
    time.sleep(0.3)
    leave(Report(message="done"), Exit.OK)
"""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Callable[[str], Ward]]:
    made: list[Ward] = []

    def make(code: str) -> Ward:
        made.append(Ward(tmp_path, code))
        return made[-1]

    yield make
    for each in made:
        each.process.kill()
        each.process.wait()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_listens_ends_by_itself(ward: Callable[[str], Ward], asked: int) -> None:
    guarded = ward(LISTENS)
    guarded.until("ready")
    guarded.ask(asked)
    code, report, _ = guarded.end()
    assert (code, report.message) == (Exit.INTERRUPTED, "step 7 is saved")
    guarded.until("saved")


def test_a_worker_that_does_not_listen_is_ended_at_once(ward: Callable[[str], Ward]) -> None:
    guarded = ward("guardian.GRACE_S = 99\n" + BUSY)
    worker = guarded.until("ready")
    guarded.ask()
    code, report, _ = guarded.end()
    assert (code, report.reason) == (Exit.INTERRUPTED, "Interrupted")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_second_wish_is_not_patient(ward: Callable[[str], Ward]) -> None:
    guarded = ward("guardian.GRACE_S = 99\n" + DEAF)
    guarded.until("ready")
    guarded.ask()
    with pytest.raises(subprocess.TimeoutExpired):
        guarded.process.wait(0.5)
    guarded.ask()
    assert guarded.end()[0] == Exit.INTERRUPTED


def test_patience_has_an_end(ward: Callable[[str], Ward]) -> None:
    guarded = ward(DEAF)
    guarded.until("ready")
    guarded.ask()
    code, report, seconds = guarded.end()
    assert (code, report.reason) == (Exit.HUNG, "Hung"), "it never looked"
    assert "its stacks are in store/stacks-0.txt" in report.message
    assert seconds > 0.8


def test_who_commits_although_asked_has_succeeded(ward: Callable[[str], Ward]) -> None:
    guarded = ward(COMMITS)
    guarded.until("ready")
    guarded.ask()
    code, report, _ = guarded.end()
    assert (code, report.message) == (Exit.OK, "committed")


def test_a_worker_that_hangs_leaves_its_stacks(ward: Callable[[str], Ward]) -> None:
    guarded = ward(HANGS)
    code, report, _ = guarded.end()
    assert (code, report.reason) == (Exit.HUNG, "Hung")
    assert "its stacks are in store/stacks-0.txt" in report.message
    kept = (guarded.folder / "stacks").read_text()
    assert "in stuck_in_the_mud" in kept
    assert kept.count("hread 0x") == 2  # the other thread's too
    assert "in stuck_in_the_mud" in (guarded.folder / "out").read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(guarded.until("ready"), 0)


def test_a_worker_that_is_frozen_is_ended_without_its_stacks(ward: Callable[[str], Ward]) -> None:
    code, report, _ = ward(FROZEN).end()
    assert (code, report.reason) == (Exit.HUNG, "Hung")


def test_a_hang_is_reported_though_nothing_can_be_kept(ward: Callable[[str], Ward]) -> None:
    guarded = ward(HANGS + NO_PLACE)
    code, report, _ = guarded.end()
    assert (code, report.reason) == (Exit.HUNG, "Hung")
    assert "could not be kept (StageFailure)" in report.message
    assert "in stuck_in_the_mud" in (guarded.folder / "out").read_text()


def test_work_that_beats_does_not_hang_however_long_it_takes(ward: Callable[[str], Ward]) -> None:
    assert ward(TAKES_LONG).end()[0] == Exit.OK


def test_a_crash_is_told_by_its_signal(ward: Callable[[str], Ward]) -> None:
    code, report, _ = ward(KILLED).end()
    assert code == 128 + signal.SIGSEGV
    assert (report.reason, "SIGSEGV" in report.message) == ("Crashed", True)


def test_a_dead_guardian_takes_its_worker_along(ward: Callable[[str], Ward]) -> None:
    guarded = ward(BUSY)
    worker = guarded.until("ready")
    guarded.process.kill()
    guarded.process.wait()
    deadline = time.monotonic() + DEADLINE_S
    while Path(f"/proc/{worker}").exists() and "Z" not in _state(worker):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_orphans_do_not_stand_for_the_worker(ward: Callable[[str], Ward]) -> None:
    assert ward(ORPHANS).end()[0] == Exit.OK


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
