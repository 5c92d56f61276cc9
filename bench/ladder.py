"""How long until the reference model is as good as plain Keras gets it: the ladder, rung by rung.

    python -m bench.ladder [--rounds 3] [--only plain,hone] [--torch]

Every rung runs in a process of its own, the rungs in turn, round by round, so that a noisy machine
is noisy to all of them. The clock starts with the data in memory and the libraries imported (for
Hone: with the stage, so that it pays for reading and for its checkpoints) and counts building,
compiling and validating. It stops at the end of the first epoch whose validation accuracy is
within .002 of the best that the plain script reached in its epochs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from bench import hone_train, plain_keras, torch_train
from bench.clicks import prepare
from hone_trainer.contract.assignment import Source

TOLERANCE = 0.002
PLAIN_EPOCHS = 10
ADAM1 = {"adam": {"learningRate": 0.001}}
ADAM5 = {"adam": {"learningRate": 0.005}}
LAZY = {"adam": {"learningRate": 0.01, "lazy": True}}
RUNGS: dict[str, tuple[Any, int, dict[str, Any]]] = {
    "plain": (plain_keras.epochs, PLAIN_EPOCHS, {}),
    "plain, batch 4096": (plain_keras.epochs, 6, {"batch": 4096, "rate": 0.005}),
    "plain, batch 4096, 25 at once": (
        plain_keras.epochs,
        6,
        {"batch": 4096, "rate": 0.005, "at_once": 25},
    ),
    "hone, batch 32": (hone_train.epochs, 6, {"batchSize": 32, "optimizer": ADAM1}),
    "hone, batch 32, lazy": (
        hone_train.epochs,
        6,
        {"batchSize": 32, "optimizer": {"adam": {"learningRate": 0.001, "lazy": True}}},
    ),
    "hone, batch 1024": (
        hone_train.epochs,
        6,
        {"batchSize": 1024, "optimizer": {"adam": {"learningRate": 0.004}}},
    ),
    "hone, batch 4096": (hone_train.epochs, 6, {"batchSize": 4096, "optimizer": ADAM5}),
    "hone, batch 4096, lazy": (hone_train.epochs, 6, {"batchSize": 4096, "optimizer": LAZY}),
    "hone, batch 4096, xla": (
        hone_train.epochs,
        6,
        {"batchSize": 4096, "optimizer": ADAM5, "xla": True},
    ),
    "torch": (torch_train.epochs, 6, {}),
    "torch, batch 4096": (torch_train.epochs, 6, {"batch": 4096, "rate": 0.005}),
}


def main() -> None:
    """Climb the ladder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="rungs, with commas between")
    parser.add_argument("--torch", action="store_true", help="PyTorch too, where it is installed")
    parser.add_argument("--rung", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.rung:
        _climb(words.rung, words.folder)
        return
    chosen = [
        name
        for name in RUNGS
        if (words.torch or not name.startswith("torch"))
        and (not words.only or name in words.only.split("; "))
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = prepare(Path(folder))
        Path(folder, "source.json").write_text(json.dumps(source.dump()))
        runs: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in chosen}
        for number in range(words.rounds):
            for name in chosen:
                runs[name].append(_run(name, folder))
                print(f"round {number + 1}: {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
    print(_table(runs))


def _climb(name: str, folder: Path) -> None:
    how, count, words = RUNGS[name]
    source = Source.model_validate_json((folder / "source.json").read_text())
    print(json.dumps(list(islice(how(folder, source, **words), count))))


def _run(name: str, folder: str) -> list[tuple[float, float]]:
    command = [sys.executable, "-m", "bench.ladder", "--rung", name, "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    return [(seconds, accuracy) for seconds, accuracy in json.loads(done.stdout.splitlines()[-1])]


def _table(runs: dict[str, list[list[tuple[float, float]]]]) -> str:
    first = next(iter(runs))
    target = statistics.median(max(a for _, a in run) for run in runs[first]) - TOLERANCE
    times = {name: [_reach(run, target) for run in each] for name, each in runs.items()}
    base = statistics.median(t for t in times[first] if t is not None)
    lines = [
        f"target: validation accuracy {target:.4f}, {TOLERANCE} below the best of: {first}",
        f"| {'way':32} | seconds (min / median / max) | times as fast | accuracy then |",
        "|---|---|---|---|",
    ]
    for name, found in times.items():
        good = sorted(t for t in found if t is not None)
        best = statistics.median(max(a for _, a in run) for run in runs[name])
        if len(good) < len(found):
            lines.append(
                f"| {name:32} | not reached in {len(found) - len(good)} rounds | | {best:.4f} |"
            )
            continue
        middle = statistics.median(good)
        spread = f"{good[0]:.2f} / {middle:.2f} / {good[-1]:.2f}"
        lines.append(f"| {name:32} | {spread} | {base / middle:.1f} | {best:.4f} |")
    return "\n".join(lines)


def _reach(run: list[tuple[float, float]], target: float) -> float | None:
    return next((seconds for seconds, accuracy in run if accuracy >= target), None)


if __name__ == "__main__":
    main()
