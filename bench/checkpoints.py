"""What checkpoints of a model of 500 MB (1.5 GB with its moments) cost the training.

    python -m bench.checkpoints [--rounds 2] [--epochs 200]

The same training with checkpoints as they come by default, and with none, in turn; the time is that
from the first epoch's end to the last one's.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.clicks import PREPARE, context, prepare
from hone_trainer.contract.assignment import Progress, Source
from hone_trainer.stages import AnyStage

COLUMNS = [
    {"name": "user", "id": {"buckets": 1_300_000}},
    {"name": "item", "id": {"buckets": 650_000}},
]


def seconds(folder: Path, source: Source, epochs: int, saves: bool) -> tuple[float, int]:
    """Train; give the seconds after the first epoch, and the checkpoints written."""
    from hone_trainer.train.async_checkpointer import AsyncCheckpointer
    from hone_trainer.train.checkpoints import Checkpoints

    train: dict[str, Any] = {
        "model": {"recommendation": {"lstm": {}}},
        "optimizer": {"adam": {"learningRate": 0.01, "lazy": True}},
        "epochs": epochs,
        "batchSize": 4096,
        "keep": "last",
    }
    ends: list[float] = []
    written: list[int] = []

    def post(progress: Progress) -> None:
        if "validation loss" in progress.message:
            ends.append(time.perf_counter())

    due, write = AsyncCheckpointer.due, Checkpoints.write

    def counted(self: Checkpoints, step: int, *args: Any) -> Any:
        written.append(step)
        return write(self, step, *args)

    AsyncCheckpointer.due = due if saves else lambda self, epoch_ends=False: False  # type: ignore[method-assign]
    Checkpoints.write = counted  # type: ignore[method-assign,assignment]
    try:
        run = {"train": train}
        ctx = context(folder, "train", run, (source,), post)
        AnyStage.model_validate(run).value.run(ctx)
    finally:
        AsyncCheckpointer.due, Checkpoints.write = due, write  # type: ignore[method-assign]
    return ends[-1] - ends[0], len(written)


def main() -> None:
    """Measure and print the share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=200)
    words = parser.parse_args()
    times: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as name:
        run = {"prepare": {**PREPARE["prepare"], "columns": COLUMNS}}
        source = prepare(Path(name), run)
        for number in range(words.rounds):
            for saves in (False, True):
                took, count = seconds(Path(name), source, words.epochs, saves)
                times[saves].append(took)
                told = f"round {number + 1}: {'with' if saves else 'without'}: {took:.1f} s"
                print(f"{told}, {count} checkpoints", file=sys.stderr, flush=True)
    base, saved = (statistics.median(times[saves]) for saves in (False, True))
    print(f"without {base:.1f} s, with {saved:.1f} s: {100 * (saved / base - 1):+.1f} %")


if __name__ == "__main__":
    main()
