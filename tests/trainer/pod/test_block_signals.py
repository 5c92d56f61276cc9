"""A wish to stop that comes while libraries are still being imported is not lost."""

import signal
import subprocess
import sys

import pytest

from hone_trainer.pod.block_signals import hold_back


def test_nothing_slow_is_imported_before_signals_are_held_back() -> None:
    code = "import sys, hone_trainer.pod.block_signals; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("process", "held"), [(1, True), (2, False)])
def test_only_the_first_process_of_a_container_holds_them_back(process: int, held: bool) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        hold_back(process)
        assert (signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ())) is held
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
