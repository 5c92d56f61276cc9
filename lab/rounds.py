"""The rounds of `make test` and `make check`: what runs beside what, and where the time went.

Much of a whole run waits for a network, a disk or a grace period. So while the plain tests run,
what the others need is built, and the tests on the real node begin as soon as it is there. Those
come first in the queue for the processor, as they wait most; what they leave of it, the plain tests
take, and then whoever builds. Everything that is started here ends with us.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from lab import places, processes

# Linux shares the processor out among sessions first, and inside each by what `nice` says. All
# rounds go ahead of other people's work where that is allowed: of two processors, two busy
# processes would else take more than half.
_QUEUE = """
{ echo "$1" > /proc/self/autogroup; } 2> /dev/null
exec nice -n "$@"
"""
CANNOT = 3
"""What `python -m lab` says where a machine cannot: tests then skip, or fail where CI=true."""


@dataclass(frozen=True)
class Round:
    """One part of the whole.

    Attributes:
        name: what it is called in the last line.
        command: the program and its arguments.
        after: rounds that have to be over.
        gate: whether those after it are pointless where it fails.
        aside: told at its end only, as it runs beside others.
        nice: how far back it stands in the queue for the processor, or ahead where negative.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    gate: bool = True
    aside: bool = False
    nice: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a round ended.

    Attributes:
        code: its exit code; None where it was kept back.
        seconds: how long it took.
        gate: whether those after it are pointless where it failed.
    """

    code: int | None
    seconds: float = 0.0
    gate: bool = True

    @property
    def flaw(self) -> str:
        """What to say besides, of one that did not go well."""
        return {0: "", CANNOT: "", None: " (kept back)"}.get(self.code, " (failed)")

    @property
    def opens(self) -> bool:
        """Whether what comes after it has a point."""
        return not self.gate or self.code in (0, CANNOT)


def _make(target: str) -> tuple[str, ...]:
    return ("make", "--no-print-directory", target)


def _lab(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "lab", command)


def _pytest(marks: str, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-m", marks, *more)


_FAST = "not slow and not tensorflow and not api and not realnode"
CHECK = (
    Round("trainer", _pytest(_FAST, "-q", "tests/trainer"), gate=False),
    Round("others", _pytest(_FAST, "-q", "--ignore", "tests/trainer"), gate=False, aside=True),
)
"""Each reads its own tests alone: of two that share all of them out one by one, both read all, and
what becomes of a test is sent three times, which took a seventh of the processor's time."""
_TWO = ("-n", "2", "--dist", "loadfile")
ROUNDS = (
    Round("binaries", _lab("binaries"), aside=True, nice=-2),
    Round("images", _lab("bake"), aside=True, nice=-2),
    Round("packages", _make("setup"), nice=-3),
    Round("checks", _make("verify"), ("packages",), nice=-3),
    Round("plain", _pytest("not api and not realnode", *_TWO), ("checks",), gate=False, nice=-3),
    Round("api", _pytest("api and not realnode", *_TWO), ("plain", "binaries"), nice=-3),
    Round(
        "real node",
        _pytest("realnode"),
        ("packages", "binaries", "images"),
        aside=True,
        nice=-10,
    ),
)


class Course:
    """Rounds on their way."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._over = False

    def run(self, rounds: tuple[Round, ...]) -> dict[str, Outcome]:
        """Run all rounds, each as soon as it may, and give how they ended."""
        begun: dict[str, Future[Outcome]] = {}
        with ThreadPoolExecutor(len(rounds)) as lanes:
            try:
                for each in rounds:
                    before = [begun[name] for name in each.after]
                    begun[each.name] = lanes.submit(self._take, each, before)
                return {name: future.result() for name, future in begun.items()}
            finally:
                self._end()

    def _take(self, what: Round, before: Sequence[Future[Outcome]]) -> Outcome:
        if not all(each.result().opens for each in before):
            return Outcome(None, gate=what.gate)
        with tempfile.TemporaryFile() as said:
            started = time.monotonic()
            code = self._call(what, said.fileno() if what.aside else None)
            seconds = time.monotonic() - started
            if what.aside:
                said.seek(0)
                print(said.read().decode(errors="replace"), flush=True)
        return Outcome(code, seconds, what.gate)

    def _call(self, what: Round, output: int | None) -> int:
        if self._over:
            return -signal.SIGTERM
        process = subprocess.Popen(
            ["sh", "-c", _QUEUE, "sh", str(what.nice), *what.command],
            cwd=places.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        self._running.append(process)
        return process.wait()

    def _end(self) -> None:
        """End what still runs, with all that it started."""
        self._over = True
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def tell(outcomes: Mapping[str, Outcome], seconds: float) -> str:
    """Say where the time went, in one line."""
    parts = [f"{name} {each.seconds:.0f} s{each.flaw}" for name, each in outcomes.items()]
    return f"where the time went: {', '.join(parts)}; in all {seconds:.0f} s"


def main(rounds: tuple[Round, ...] = ROUNDS) -> int:
    """Run all rounds, say where the time went, and return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if sys.platform == "linux":
        processes.bind_to(os.getppid(), signal.SIGTERM)()
    started = time.monotonic()
    outcomes = Course().run(rounds)
    print(tell(outcomes, time.monotonic() - started), flush=True)
    return int(any(each.flaw for each in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main(CHECK if sys.argv[1:] == ["check"] else ROUNDS))
