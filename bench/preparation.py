"""Rows a second of a preparation, against what anyone would write with pandas and scikit-learn.

    python -m bench.preparation [--rows 5000000] [--rounds 3]

The same steps on the same CSV, in processes of their own, in turn: read, split, drop duplicates,
fill missing values, drop outliers, scale, encode ids, write what training reads.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import interactions
from bench.clicks import context
from hone_trainer.stages import AnyStage

CLEAN = [
    {"duplicates": {}},
    {"missing": {"fill": "median"}},
    {"outliers": {"deviation": {"factor": 6}, "columns": ["dwell"]}},
]


def ours(source: Path, folder: Path, workers: int = 1) -> None:
    """Prepare in this process; print rows, seconds and what took how long."""
    laps: dict[str, float] = {}
    begun = last = time.perf_counter()
    at = "start"

    def post(progress: Any) -> None:
        nonlocal at, last
        span, now = progress.message.partition(":")[0], time.perf_counter()
        laps[at] = laps.get(at, 0.0) + now - last
        at, last = span, now

    run = {
        "prepare": {
            "source": {"csv": {"uri": str(source)}},
            "columns": interactions.COLUMNS,
            "tasks": interactions.TASKS,
            "clean": CLEAN,
        }
    }
    ctx = context(folder, "data", run, (), post)
    report = AnyStage.model_validate(run).value.run(ctx)
    seconds = time.perf_counter() - begun
    rows = next(int(m.value) for m in report.metrics if m.name == "rows")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "laps": laps, "peakMiB": peak}))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours", nargs=2, metavar=("CSV", "FOLDER"), help="one run of ours")
    words = parser.parse_args()
    if words.ours:
        ours(Path(words.ours[0]), Path(words.ours[1]))
        return
    times: dict[str, list[float]] = {"pandas and scikit-learn": [], "Hone": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "interactions.csv"
        interactions.write(source, words.rows)
        plain = [sys.executable, "-m", "bench.plain_preparation", str(source)]
        mine = [sys.executable, "-m", "bench.preparation", "--ours", str(source)]
        commands = dict(zip(times, (plain, mine), strict=True))
        for number in range(words.rounds):
            for way, command in commands.items():
                target = str(folder / f"{number}-{way[:4]}")
                done = subprocess.run(
                    [*command, target], check=True, capture_output=True, text=True
                )
                told = json.loads(done.stdout.splitlines()[-1])
                times[way].append(told["seconds"])
                print(f"round {number + 1}: {way}: {told}", file=sys.stderr, flush=True)
    middle = {way: statistics.median(seconds) for way, seconds in times.items()}
    base = middle["pandas and scikit-learn"]
    print("| way | seconds | rows a second | times as fast |\n|---|---|---|---|")
    for way, seconds in middle.items():
        print(f"| {way} | {seconds:.1f} | {words.rows / seconds:,.0f} | {base / seconds:.1f} |")


if __name__ == "__main__":
    main()
