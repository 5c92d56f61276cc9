"""What reading shards costs a training: from the store, against rows that are in memory already.

    python -m bench.reading [--rounds 5]

The reference model, ten epochs on 108,000 rows; the whole stage, in turn.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.clicks import context, dataset, prepare
from hone_trainer.contract.assignment import Source
from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.rows.field import PARTS, Part
from hone_trainer.stages import AnyStage

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {}}},
    "optimizer": {"adam": {"learningRate": 0.005}},
    "epochs": 10,
    "batchSize": 4096,
}


def seconds(folder: Path, source: Source, known: dict[Part, Rows] | None) -> float:
    """Train; rows come from ``known`` where they are given."""
    read = Dataset.read

    def from_memory(self: Dataset, part: Any, *_: Any) -> Rows:
        assert known is not None
        return known[part]

    if known is not None:
        Dataset.read = from_memory  # type: ignore[assignment]
    try:
        run = {"train": TRAIN}
        ctx = context(folder, "train", run, (source,))
        begun = time.perf_counter()
        AnyStage.model_validate(run).value.run(ctx)
        return time.perf_counter() - begun
    finally:
        Dataset.read = read  # type: ignore[method-assign]


def main() -> None:
    """Measure and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {"from shards": [], "from memory": []}
    with tempfile.TemporaryDirectory() as name:
        source = prepare(Path(name))
        rows = {part: dataset(Path(name), source).read(part) for part in PARTS}
        for number in range(rounds + 1):
            for way, known in {"from shards": None, "from memory": rows}.items():
                took = seconds(Path(name), source, known)
                print(f"round {number}: {way}: {took:.2f} s", file=sys.stderr, flush=True)
                if number:  # the first one also imports and traces for the first time
                    times[way].append(took)
    shards, memory = (statistics.median(each) for each in times.values())
    print(f"from shards {shards:.2f} s, from memory {memory:.2f} s: × {shards / memory:.3f}")


if __name__ == "__main__":
    main()
