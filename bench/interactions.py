"""Generated interactions as a CSV of any size, a million rows at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

AT_ONCE = 1_000_000
COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
    {"name": "dwell", "number": {"normalize": {"zScore": {}}}},
]
TASKS = [{"binary": {"label": "clicked"}}]
WIDE = [
    *COLUMNS,
    {"name": "category", "id": {}},
    {"name": "at", "time": {"fields": ["hour", "weekday"]}},
]
"""Of wide rows, which a log of a shop is more like; it has columns too that no model reads."""


def write(path: Path, rows: int, seed: int = 11, wide: bool = False) -> None:
    """Write rows of user, item, price, dwell, clicked: 3 % prices missing, 2 % of rows repeated.

    Wide ones also tell of category, time, session and address: 115 bytes a row instead of 33.
    """
    with path.open("wb") as file:
        for start in range(0, rows, AT_ONCE):
            table = _table(min(AT_ONCE, rows - start), np.random.default_rng([seed, start]), wide)
            options = csv.WriteOptions(include_header=start == 0, quoting_style="needed")
            csv.write_csv(table, file, options)


def _table(rows: int, draw: np.random.Generator, wide: bool) -> pa.Table:
    users = pa.array([f"u{n:06d}" for n in range(100_000)])
    items = pa.array([f"i{n:05d}" for n in range(20_000)])
    user = draw.integers(len(users), size=rows)
    item = np.minimum(draw.zipf(1.3, size=rows) - 1, len(items) - 1)
    price = np.round(draw.lognormal(3, 1, rows), 2)
    dwell = np.round(np.abs(draw.normal(30, 12, rows)), 3)
    dwell[draw.random(rows) < 0.01] *= 50
    columns = {
        "user": users.take(pa.array(user)),
        "item": items.take(pa.array(item)),
        "price": pa.array(price, mask=draw.random(rows) < 0.03),
        "dwell": dwell,
        "clicked": (draw.random(rows) < 0.3).astype(np.int8),
    }
    table = pa.table(columns | (_more(item, draw) if wide else {}))
    again = np.arange(rows)
    repeated = draw.random(rows) < 0.02
    again[repeated] = draw.integers(rows, size=int(repeated.sum()))
    return table.take(pa.array(again))


def _more(item: NDArray[np.int64], draw: np.random.Generator) -> dict[str, Any]:
    categories = pa.array([f"c{n:03d}" for n in range(500)])
    seconds = draw.integers(90 * 86_400, size=len(item)) + 1_767_225_600
    sessions = pa.array(draw.integers(1 << 62, size=len(item)))
    pages = pa.array([f"/shop/products/{n:05d}?from=search" for n in range(20_000)])
    return {
        "category": categories.take(pa.array(item % len(categories))),
        "at": pa.array(seconds, pa.timestamp("s")),
        "session": sessions,
        "page": pages.take(pa.array(item)),
    }
