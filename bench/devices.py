"""What a GPU brings: the reference model and a wide one, on the GPU and on the CPU of one machine.

    python -m bench.devices [--only "reference, 4096; wide, 4096, bf16"]

Each device has a process of its own, which trains one way after another; the CPU's is shown no GPU,
the GPU's is promised one and refuses to train without. Rows per second are those of the steps alone
without the first block, which pays for compiling; seconds an epoch the median from the third on,
validation included; the start is all before the end of the first.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.clicks import context, prepare
from hone_trainer.contract.assignment import Progress, Source
from hone_trainer.stages import AnyStage

BATCHES = {1024: 0.004, 4096: 0.005, 16_384: 0.01}
"""Rows of a step, and the rate that goes with them."""
SWITCHES: dict[str, dict[str, Any]] = {
    "": {},
    ", xla": {"xla": True},
    ", bf16": {"precision": "mixedBfloat16"},
    ", bf16, xla": {"precision": "mixedBfloat16", "xla": True},
    ", mirrored": {"strategy": {"mirrored": {}}},
}
WIDE = {"embedding": 512, "units": 1024}
"""A model whose steps are arithmetic rather than many small operations."""


def _way(sizes: dict[str, int], batch: int, rate: float, **words: Any) -> dict[str, Any]:
    adam = {"adam": {"learningRate": rate}}
    model = {"recommendation": {"lstm": sizes}}
    return {"model": model, "batchSize": batch, "optimizer": adam, **words}


WAYS = {
    f"reference, {batch}{switch}": _way({}, batch, rate, epochs=8, **words)
    for batch, rate in BATCHES.items()
    for switch, words in SWITCHES.items()
} | {f"wide, 4096{name}": _way(WIDE, 4096, 0.001, epochs=3, **w) for name, w in SWITCHES.items()}


def main() -> None:
    """Train on one device after the other and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="; ".join(WAYS), help="ways, with semicolons between")
    parser.add_argument("--device", choices=("cpu", "gpu"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    ways = words.only.split("; ")
    if words.device:
        source = Source.model_validate_json((words.folder / "source.json").read_text())
        for way in [ways[0], *ways]:  # the first one twice: it starts the device
            print(json.dumps([way, _train(words.folder, source, words.device, way)]), flush=True)
        return
    found: dict[tuple[str, str], dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "source.json").write_text(json.dumps(prepare(Path(folder)).dump()))
        for device, shown in (("cpu", {"CUDA_VISIBLE_DEVICES": "-1"}), ("gpu", {})):
            command = [sys.executable, "-m", "bench.devices", "--only", words.only]
            command += ["--device", device, "--folder", folder]
            lines = subprocess.check_output(command, env=os.environ | shown).splitlines()
            found |= {(way, device): seen for way, seen in map(json.loads, lines)}
    print("| way | device | rows/s | times the CPU | s an epoch | s to start | accuracy |")
    print("|---|" + "---|" * 6)
    for (way, device), seen in sorted(found.items()):
        times = seen["rows"] / found[way, "cpu"]["rows"]
        cells = f"{seen['rows']:,.0f} | {times:.2f} | {seen['epoch']:.3f} | {seen['start']:.1f}"
        print(f"| {way} | {device} | {cells} | {seen['accuracy']:.4f} |")


def _train(folder: Path, source: Source, device: str, way: str) -> dict[str, float]:
    ends, seen = [], []
    begun = time.perf_counter()

    def post(progress: Progress) -> None:
        if "validation loss" in progress.message:
            ends.append(time.perf_counter() - begun)
            seen.append({metric.name: float(metric.value) for metric in progress.metrics})

    run = {"train": WAYS[way]}
    ctx = context(folder, "train", run, (source,), post, gpus=int(device == "gpu"))
    AnyStage.model_validate(run).value.run(ctx)
    epoch = statistics.median(b - a for a, b in pairwise(ends[1:]))
    best = max(figures["valAccuracy"] for figures in seen)
    return {"rows": seen[-1]["rowsPerSecond"], "epoch": epoch, "start": ends[0], "accuracy": best}


if __name__ == "__main__":
    main()
