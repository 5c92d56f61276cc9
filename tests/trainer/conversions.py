"""A log of clicks and of what was bought then: two tasks, of which one is not always told."""

from pathlib import Path
from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Dataset, Rows
from tests.trainer.shop import pieces_of

ROWS = 900
DRAW = np.random.default_rng(4)
CLICKED = (DRAW.random(ROWS) < 0.3).astype(int)
BOUGHT = CLICKED * (DRAW.random(ROWS) < 0.4)
UNTOLD = DRAW.random(ROWS) < 0.1
"""Rows of which nobody has written down whether they were bought."""
TASKS: list[dict[str, Any]] = [
    {"binary": {"label": "clicked"}},
    {"binary": {"label": "bought", "where": "clicked", "weight": "worth"}},
]
COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "price", "number": {}},
]


def written(folder: Path, **changes: list[Any]) -> str:
    """Write the rows, always the same; ``changes`` take the place of columns."""
    draw = np.random.default_rng(5)
    columns: dict[str, list[Any]] = {
        "user": [f"u{k}" for k in draw.integers(40, size=ROWS)],
        "item": [f"i{k}" for k in draw.integers(200, size=ROWS)],
        "price": list(range(ROWS)),
        "clicked": CLICKED.tolist(),
        "bought": ["" if gone else bought for gone, bought in zip(UNTOLD, BOUGHT, strict=True)],
        "worth": [0.5 + k % 4 for k in range(ROWS)],
    } | changes
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    (folder / "raw.csv").write_text("\n".join(lines))
    return str(folder / "raw.csv")


def words(uri: str, **changes: Any) -> dict[str, Any]:
    stage = {"source": {"csv": {"uri": uri}}, "tasks": TASKS, "columns": COLUMNS}
    return {"prepare": stage | changes}


def opened(bench: Any, run: dict[str, Any], stage: str = "data") -> tuple[Dataset, dict[str, Any]]:
    """Prepare in blocks of some hundred rows; give the data set and the manifest's facts."""
    with pieces_of(4096):
        report = bench(stage, run)
    facts: dict[str, Any] = bench.manifest(report).facts
    return Dataset.of(bench.context(bench.task("next", {}))), facts


def weights(rows: Rows, name: str) -> list[float]:
    """Return how much the rows of either label count, augmentation's weights included."""
    target = rows.targets[name]
    counts = target.weight.astype(np.float64) * (1 if rows.weights is None else rows.weights)
    return [float(counts[target.values == label].sum()) for label in (0, 1)]


def log_odds(rows: Rows) -> float:
    zeros, ones = weights(rows, "clicked")
    return float(np.log(ones / zeros))
