"""The rounds of a whole run and of a check: each as soon as it may, and none outlives the whole."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import patience, rounds
from lab.rounds import CANNOT, Course, Outcome, Round


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def ending(code: int) -> tuple[str, ...]:
    return python(f"raise SystemExit({code})")


FINE = python("")


def test_a_round_waits_for_those_before_it(tmp_path: Path) -> None:
    made = tmp_path / "made"
    slow = Round("slow", python(f"import time; time.sleep(.3); open({str(made)!r}, 'w')"))
    after = Round("after", python(f"open({str(made)!r})"), after=("slow",))
    outcomes = Course().run((slow, after))
    assert [each.code for each in outcomes.values()] == [0, 0]
    assert outcomes["slow"].seconds >= 0.3


def test_rounds_that_do_not_wait_run_side_by_side(tmp_path: Path) -> None:
    # Each waits for what the other makes.
    meet = "import pathlib, time\npathlib.Path({mine!r}).touch()\n"
    meet += "while not pathlib.Path({other!r}).exists(): time.sleep(.01)"
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    outcomes = Course().run(
        (
            Round("one", python(meet.format(mine=one, other=two))),
            Round("two", python(meet.format(mine=two, other=one))),
        )
    )
    assert {each.code for each in outcomes.values()} == {0}


@pytest.mark.parametrize(
    ("code", "gate", "runs"), [(1, True, False), (1, False, True), (CANNOT, True, True)]
)
def test_only_a_failed_gate_keeps_back_what_comes_after(code: int, gate: bool, runs: bool) -> None:
    first = Round("first", ending(code), gate=gate)
    second = Round("second", FINE, after=("first",))
    third = Round("third", FINE, after=("second",))
    outcomes = Course().run((first, second, third))
    assert outcomes["first"].code == code
    assert {outcomes["second"].code, outcomes["third"].code} == {0 if runs else None}


def test_only_who_is_in_a_hurry_has_another_place_in_the_queue(tmp_path: Path) -> None:
    told = tmp_path / "nice"
    code = "import os, pathlib; group = pathlib.Path('/proc/self/autogroup')\n"
    code += "session = group.read_text() if group.exists() else 'nice 7'\n"
    code += f"open({str(told)!r}, 'w').write(f'{{os.nice(0)}} {{session}}')"
    Course().run((Round("building", python(code), nice=7),))
    own, *_, session = told.read_text().split()
    assert (int(own), int(session)) == (min(os.nice(0) + 7, 19), 7)
    waiting = {each.name: each.nice for each in rounds.ROUNDS}
    first = waiting.pop("real node")
    builds = {waiting.pop(name) for name in ("binaries", "images")}
    assert first < min(waiting.values()), "it waits most, and goes first"
    assert max(waiting.values()) < min(builds), "who builds takes what is left"
    assert max(builds) < 0, "beside work of others a round would hardly move"


def test_what_runs_aside_is_told_whole_at_its_end(capfd: pytest.CaptureFixture[str]) -> None:
    Course().run(
        (
            Round("tests", python("print('2 passed')"), aside=True),
            Round("broken", python("raise SystemExit('no disk')"), aside=True),
        )
    )
    said = capfd.readouterr().out
    assert "2 passed" in said
    assert "no disk" in said


def within(seconds: float, seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + patience.seconds(seconds)
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_all_of_it_ends_when_it_is_told_to(tmp_path: Path, root: Path) -> None:
    stay = "import os, pathlib, subprocess, sys, time\n"
    stay += "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    stay += f"pathlib.Path({str(tmp_path)!r}, str(child.pid)).touch()\ntime.sleep(60)"
    program = "from lab import rounds\nfrom lab.rounds import Round\nimport sys\n"
    program += f"stay = Round('stay', (sys.executable, '-c', {stay!r}), aside=True)\n"
    whole = subprocess.Popen([sys.executable, "-c", program + "rounds.main((stay,))"], cwd=root)
    within(30, lambda: list(tmp_path.iterdir()))
    os.kill(whole.pid, signal.SIGTERM)
    assert whole.wait() == 128 + signal.SIGTERM
    [child] = [Path("/proc", path.name) for path in tmp_path.iterdir()]
    within(30, lambda: not child.exists() or not (child / "cmdline").read_text())


def test_the_last_line_says_where_the_time_went() -> None:
    outcomes = {"plain": Outcome(0, 61.2), "api": Outcome(1, 5), "real node": Outcome(None)}
    assert rounds.tell(outcomes, 70.4) == (
        "where the time went: plain 61 s, api 5 s (failed), real node 0 s (kept back); in all 70 s"
    )


def marks_of(course: tuple[Round, ...]) -> list[str]:
    return [
        re.sub(r"\s+", " ", each.command[each.command.index("-m", 2) + 1])
        for each in course
        if "pytest" in each.command
    ]


def test_a_check_has_every_fast_test_once() -> None:
    one, other = (each.command for each in rounds.CHECK)
    [mark] = set(marks_of(rounds.CHECK))
    assert mark == "not slow and not tensorflow and not api and not realnode"
    assert one[-1] == other[-1] == "tests/trainer"
    assert other[-2] == "--ignore"


def test_every_test_belongs_to_one_round() -> None:
    marks = marks_of(rounds.ROUNDS)
    for api, real in ((0, 0), (0, 1), (1, 0), (1, 1)):
        chosen = [mark for mark in marks if eval(mark, {"api": api, "realnode": real})]
        assert len(chosen) == 1
