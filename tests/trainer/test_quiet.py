"""Standard error of a pod: everything but the noise, up to the last word of a crash."""

import subprocess
import sys

import pytest

NOISE = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795492708.940345    4214 port.cc:153] oneDNN custom operations are on. You may",
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
)


def said(work: str) -> tuple[int, list[str]]:
    """Guard a piece of work; give the exit code and what came out of standard error."""
    code = (
        "import os, signal, subprocess, sys\n"
        "from hone_trainer.guardian import guard\n"
        f"def work():\n {work}\n os._exit(7)\n"
        "guard(work)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("line", NOISE)
def test_noise_is_left_out(line: str) -> None:
    code, lines = said(f"os.write(2, {f'before{chr(10)}{line}{chr(10)}after'.encode()!r})")
    assert (code, lines) == (7, ["before", "after"])


def test_whatever_else_a_library_says_is_passed_on() -> None:
    lines = [
        "I0000 00:00:1.2 7 cpu_feature_guard.cc:227] This TensorFlow binary is optimized",
        "E0000 00:00:1.2 7 port.cc:153] the sky is falling",
        "",
        "no new line at its end",
    ]
    assert said(f"os.write(2, {chr(10).join(lines).encode()!r})") == (7, lines)


def test_the_last_words_of_a_crash_arrive() -> None:
    code, lines = said("os.write(2, b'last words\\n'); os.kill(os.getpid(), signal.SIGABRT)")
    assert (code, lines[0]) == (134, "last words")


def test_an_orphan_that_keeps_the_pipe_holds_nothing_up() -> None:
    work = "subprocess.Popen(['sleep', '30'], stdout=subprocess.DEVNULL); os.write(2, b'done')"
    code, _ = said(work.replace("stdout", "start_new_session=True, stdout"))
    assert code == 7


def test_much_is_passed_on_whole() -> None:
    code, lines = said("[os.write(2, b'%0999d\\n' % n) for n in range(2000)]")
    assert code == 7
    assert [int(line) for line in lines] == list(range(2000))
