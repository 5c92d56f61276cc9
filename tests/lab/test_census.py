"""Process ids are trusted only together with a birth."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.census import Resident


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_who_was_written_down_is_recognised(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    Resident.of(sleeper.pid).write(tmp_path / "pid")
    assert Resident.read(tmp_path / "pid") == Resident.of(sleeper.pid)
    assert Resident.of(sleeper.pid).alive()


def test_another_process_under_the_same_id_is_left_alone(
    sleeper: subprocess.Popen[bytes],
) -> None:
    impostor = Resident(sleeper.pid, "1")
    assert not impostor.alive()
    impostor.end()
    assert sleeper.poll() is None


def test_an_ended_process_is_not_alive_even_before_it_is_buried(
    sleeper: subprocess.Popen[bytes],
) -> None:
    resident = Resident.of(sleeper.pid)
    resident.end()
    assert not resident.alive()


@pytest.mark.parametrize("text", ["", "12", "1 2 3"])
def test_a_file_that_was_cut_off_names_nobody(text: str, tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(text)
    assert Resident.read(tmp_path / "pid") is None
    assert Resident.read(tmp_path / "nothing") is None
