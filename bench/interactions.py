"""Generated interactions as a CSV of any size, a million rows at a time."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

AT_ONCE = 1_000_000
COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
    {"name": "dwell", "number": {"normalize": {"zScore": {}}}},
    {"name": "clicked", "label": {}},
]


def write(path: Path, rows: int, seed: int = 11) -> None:
    """Write rows of user, item, price, dwell, clicked: 3 % prices missing, 2 % of rows repeated."""
    with path.open("wb") as file:
        for start in range(0, rows, AT_ONCE):
            table = _table(min(AT_ONCE, rows - start), np.random.default_rng([seed, start]))
            options = csv.WriteOptions(include_header=start == 0, quoting_style="needed")
            csv.write_csv(table, file, options)


def _table(rows: int, draw: np.random.Generator) -> pa.Table:
    users = pa.array([f"u{n:06d}" for n in range(100_000)])
    items = pa.array([f"i{n:05d}" for n in range(20_000)])
    user = draw.integers(len(users), size=rows)
    item = np.minimum(draw.zipf(1.3, size=rows) - 1, len(items) - 1)
    price = np.round(draw.lognormal(3, 1, rows), 2)
    dwell = np.round(np.abs(draw.normal(30, 12, rows)), 3)
    dwell[draw.random(rows) < 0.01] *= 50
    table = pa.table(
        {
            "user": users.take(pa.array(user)),
            "item": items.take(pa.array(item)),
            "price": pa.array(price, mask=draw.random(rows) < 0.03),
            "dwell": dwell,
            "clicked": (draw.random(rows) < 0.3).astype(np.int8),
        }
    )
    again = np.arange(rows)
    repeated = draw.random(rows) < 0.02
    again[repeated] = draw.integers(rows, size=int(repeated.sum()))
    return table.take(pa.array(again))
