"""Real input: what people bought, with one item that they did not for each, from the store to a
tested file in the real cluster."""

import csv
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.realnode.desk import Desk, condition
from tests.realnode.specs import artifacts, prepare

pytestmark = [pytest.mark.realnode, pytest.mark.slow]


def interactions(source: Path, target: Path) -> int:
    """Write user, item, clicked: each interaction, and one sampled item that the user never had."""
    rng = random.Random(11)
    users = [line.split() for line in source.read_text().splitlines()]
    items = sorted({item for _, *owned in users for item in owned})
    rows = 0
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("user", "item", "clicked"))
        for user, *owned in users:
            have = set(owned)
            for item in owned:
                other = rng.choice(items)
                while other in have:
                    other = rng.choice(items)
                writer.writerow((user, item, 1))
                writer.writerow((user, other, 0))
                rows += 2
    return rows


def test_toys_run_through_the_pipeline(
    desks: Callable[[str], Desk], datasets: Path, tmp_path: Path
) -> None:
    desk = desks("toys")
    raw = tmp_path / "toys.csv"
    rows = interactions(datasets / "toys" / "Toys_and_Games.txt", raw)
    assert rows == 2 * 167_597
    source = {"csv": {"uri": desk.bed.store.put(raw, "raw", "toys.csv")}}
    stages = [
        prepare(source, clean=[{"duplicates": {}}]),
        {
            "name": "train",
            "train": {
                "model": {"recommendation": {"lstm": {"embedding": 32, "units": 32}}},
                "optimizer": {"adam": {"learningRate": 0.004}},
                "epochs": 2,
                "batchSize": 2048,
            },
        },
        {
            "name": "compress",
            "compress": {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]},
        },
        {"name": "evaluate", "evaluate": {"require": [{"metric": "auc", "atLeast": 0.6}]}},
    ]
    desk.apply("toys", {"artifacts": artifacts(desk.bed), "stages": stages})
    status = desk.ended("toys")
    assert condition(status, "Complete").get("status") == "True", desk.tell()
    figures = {m["name"]: m["value"] for m in status["stages"][-1]["metrics"]}
    assert float(figures["auc"]) >= 0.6
    if folder := os.environ.get("HONE_TRANSCRIPTS"):
        Path(folder, "toys.txt").write_text(desk.kubectl("get", "hj", "toys", "-o", "yaml"))
