"""Components: ready by proof, ended by id, and a failure that says why."""

import sys
from pathlib import Path

import pytest

from lab import probes, processes
from lab.faults import Broken

SLEEP = [sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(60)"]


def test_a_component_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    part = processes.start("part", [sys.executable, "-c", "print('no such disk')"], tmp_path)
    with pytest.raises(Broken, match="no such disk"):
        part.await_ready(lambda: False, seconds=10)


def test_a_component_that_is_late_shows_its_log(tmp_path: Path) -> None:
    part = processes.start("part", SLEEP, tmp_path)
    with pytest.raises(Broken, match="not ready after"):
        part.await_ready(lambda: False, seconds=0.2)
    part.stop()


def test_a_refused_connection_is_not_yet_and_no_error(tmp_path: Path) -> None:
    part = processes.start("part", SLEEP, tmp_path)
    (port,) = probes.free_ports(1)
    with pytest.raises(Broken, match="not ready after"):
        part.await_ready(probes.listening("127.0.0.1", port), seconds=0.2)
    part.stop()


def test_stop_waits_for_the_end(tmp_path: Path) -> None:
    part = processes.start("part", SLEEP, tmp_path)
    part.stop()
    assert part.process.returncode is not None
    part.stop()


def test_one_that_does_not_listen_is_made_to_end(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += "print('deaf', flush=True); time.sleep(60)"
    part = processes.start("part", [sys.executable, "-c", deaf], tmp_path)
    part.await_ready(lambda: "deaf" in part.log.read_text())
    part.stop(seconds=0.2)
    assert part.process.returncode == -9


def test_free_ports_are_different() -> None:
    assert len(set(probes.free_ports(20))) == 20
