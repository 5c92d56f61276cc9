"""What a fault costs: every kind of fault at every moment of a training, on the real cluster.

    python -m bench.faults [--lanes 2] [--only mirrored] [--keep RESULTS.jsonl]

Needs a running box (`make cluster`). Each cell is a job of its own, on 2400 rows, with a checkpoint
each second where that costs less than 2 % of the time, and 10 seconds until silence is a hang. It
prints a Markdown table, and adds each cell to RESULTS as soon as it is known; what is there already
is not done again.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.traces import AT_ONCE, Trace, table
from bench.watching import JSON, Story, Watch
from lab import box
from lab.testbed import Testbed
from tests.realnode.desk import Desk
from tests.realnode.siege import Siege, storage_away
from tests.realnode.specs import siege_job

NAMESPACE = "faults"
EPOCHS, AWAY_S = 20, 20
COMMON: JSON = {
    "epochs": EPOCHS,
    "batchSize": 64,
    "stepsPerExecution": AT_ONCE,
    "checkpoint": {"everySeconds": 1},
    "keep": "last",
    "hangSeconds": 10,
}
STRATEGIES: dict[str, JSON] = {
    "mirrored": {"strategy": {"multiWorkerMirrored": {"workers": 2}}, "rowLog": True},
    "served": {"strategy": {"parameterServer": {"workers": 2, "ps": 2}}},
}
MOMENTS = {"start": -1, "first epoch": 0, "mid": EPOCHS // 2, "last epoch": EPOCHS - 1}
FAULTS = ("worker lost", "chief lost", "ps lost", "drained", "hang", "storage away")


@dataclass(frozen=True)
class Cell:
    """What a fault at a moment came to; times in seconds."""

    strategy: str
    fault: str
    moment: str
    detected: float | None
    """From the blow to the status that says so, or to the pod that replaces the lost one."""
    again: float | None
    """From the end of the last old pod to the creation of the first new one."""
    lost: float
    """How much longer the training took than in peace."""
    repeated: float | None
    """Steps that were done a second time."""
    interval: float | None
    """Most steps between two checkpoints, as far as they were seen."""
    drift: float
    """Final loss, less that of the training in peace."""
    restarts: JSON
    replaced: int
    state: str


def main() -> None:
    """Play all cells and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=2, help="jobs at the same time")
    parser.add_argument("--only", default="", help="a strategy, fault or moment")
    parser.add_argument("--keep", type=Path, default=Path("/tmp/faults.jsonl"))
    words = parser.parse_args()
    bed = Testbed.of(box.ours())
    bed.kubectl("create", "namespace", NAMESPACE, check=False)
    bed.kubectl("apply", "-f", "-", stdin=bed.store.secret(NAMESPACE))
    range_ = Range(Desk(bed, NAMESPACE), Watch(bed, NAMESPACE), words.keep)
    cells = [cell for cell in _cells() if words.only in " ".join(cell)]
    apart = [cell for cell in cells if cell[1] != "storage away"]
    with ThreadPoolExecutor(words.lanes) as pool:
        list(pool.map(range_.peace, STRATEGIES))
        list(pool.map(range_.play, apart))
    for cell in cells:
        if cell not in apart:  # what stops the storage disturbs every other job
            range_.play(cell)
    range_.watch.stop()
    print(table(range_.known()))


def _cells() -> Iterator[tuple[str, str, str]]:
    for moment in MOMENTS:
        for fault in FAULTS:
            for strategy in STRATEGIES:
                if (strategy, fault) != ("mirrored", "ps lost"):
                    yield strategy, fault, moment


@dataclass(frozen=True)
class Range:
    """Where cells are played, and what is known so far."""

    desk: Desk
    watch: Watch
    kept: Path

    def known(self) -> list[JSON]:
        """Return all results."""
        lines = self.kept.read_text().splitlines() if self.kept.exists() else []
        return [json.loads(line) for line in lines]

    def peace(self, strategy: str) -> None:
        """Train undisturbed, unless that is known."""
        if not self._found(strategy, "none", ""):
            self._run((strategy, "none", ""))

    def play(self, cell: tuple[str, str, str]) -> None:
        """Train, strike at the moment, and write down what came of it, or tell what went wrong."""
        if self._found(*cell):
            return
        try:
            self._run(cell)
        except Exception as error:
            print(f"{cell}: {str(error)[:2000]}", file=sys.stderr, flush=True)

    def _run(self, cell: tuple[str, str, str]) -> None:
        strategy, fault, moment = cell
        name = "-".join(cell).replace(" ", "-").strip("-")
        siege = Siege(self.desk, name)
        self.desk.kubectl("delete", "hj", name, "--ignore-not-found")
        self.desk.apply(name, siege_job(self.desk.bed, **COMMON, **STRATEGIES[strategy]))
        seen = Trace(siege)
        struck = time.time()
        if fault != "none":
            self.desk.until("the moment", lambda: seen.reached(MOMENTS[moment]), 300)
            struck = time.time()
            BLOWS[fault](siege, strategy)
        status: JSON = {}
        limit = time.time() + 600
        while not status.get("finishedAt"):
            assert time.time() < limit, self.desk.tell()
            seen.look()
            status = self.desk.status(name)
            time.sleep(0.2)
        self._keep(cell, siege, seen, struck, status)
        self.desk.kubectl("delete", "hj", name, "--wait=false")

    def _keep(
        self, cell: tuple[str, str, str], siege: Siege, seen: Trace, struck: float, status: JSON
    ) -> None:
        story = self.watch.story(siege.job)
        gang = status["stages"][1]["gangs"][0]
        peace = self._found(cell[0], "none", "") or {"lost": 0.0, "drift": 0.0}
        begun = min(life.created for life in story.pods.values())
        ended = story.statuses[-1][0]
        loss = float("nan")
        if gang["state"] == "Succeeded":
            facts = json.loads(self.desk.verify(gang["manifest"]))["facts"]
            loss = facts["history"][-1]["loss"]
        restarts = gang["restarts"]
        made = Cell(
            *cell,
            detected=_detected(story, struck, gang["replaced"]) if cell[1] != "none" else None,
            again=_again(story),
            lost=ended - begun - peace["lost"],
            repeated=seen.repeated(struck, restarts),
            interval=seen.interval(),
            drift=loss - peace["drift"],
            restarts={cause: count for cause, count in restarts.items() if count},
            replaced=gang["replaced"],
            state=f"{gang['state']}: {gang['message']}"[:200],
        )
        with self.kept.open("a") as file:
            file.write(json.dumps(asdict(made)) + "\n")
        print(asdict(made), file=sys.stderr, flush=True)

    def _found(self, strategy: str, fault: str, moment: str) -> JSON | None:
        wanted = {"strategy": strategy, "fault": fault, "moment": moment}
        return next((each for each in self.known() if wanted.items() <= each.items()), None)


def _strike(
    role: str, index: int, blow: signal.Signals, first: bool
) -> Callable[[Siege, str], Any]:
    return lambda siege, _: siege.strike(role, index, blow, first)


def _chief(siege: Siege, strategy: str) -> None:
    siege.strike("chief" if strategy == "served" else "worker", 0, signal.SIGKILL, first=True)


def _drain(siege: Siege, strategy: str) -> None:
    siege.evict("chief" if strategy == "served" else "worker", 0)


def _away(siege: Siege, _: str) -> None:
    with storage_away(siege.desk.bed):
        time.sleep(AWAY_S)


BLOWS: dict[str, Callable[[Siege, str], Any]] = {
    "worker lost": _strike("worker", 1, signal.SIGKILL, True),
    "chief lost": _chief,
    "ps lost": _strike("ps", 0, signal.SIGKILL, True),
    "drained": _drain,
    "hang": _strike("worker", 1, signal.SIGSTOP, False),
    "storage away": _away,
}


def _detected(story: Story, struck: float, replaced: int) -> float | None:
    seen = story.attempt_began(1)
    if seen is None and replaced:
        seen = min((p.created for p in story.of(0) if p.created > struck), default=None)
    return None if seen is None else seen - struck


def _again(story: Story) -> float | None:
    old, new = story.of(0), story.of(1)
    if not new:
        return None
    return min(p.created for p in new) - max(p.ended or 0.0 for p in old)


if __name__ == "__main__":
    main()
