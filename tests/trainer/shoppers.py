"""Real sessions of a shop with faults put in, and what a preparation makes of them.

The sessions are of UCI 468 (Sakar et al. 2018). What is put in is known, so it can be looked for:
repeated rows, gaps (some of them in one stretch and two columns), outliers, a leak, a constant, a
column said twice, ids of one row each, visitors in several parts, and a browser that only the test
part is full of.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from hone_trainer.columns import Column
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from tests.trainer.blocks import columns

FILE = Path("online_shoppers") / "online_shoppers_intention.csv"
IDS = ["Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend"]
GAPS = {"PageValues": 0.06, "ProductRelated_Duration": 0.035, "BounceRates": 0.02}
STRETCH = slice(6000, 7400)
"""Rows in which two columns are mostly missing."""
REPEATED = 370
MOST = 1500.0
"""Longer visits are clipped."""


@dataclass(frozen=True)
class Shop:
    """What goes into a report."""

    columns: tuple[Column, ...]
    before: Block
    after: Block
    account: dict[str, Any]


def shop(datasets: Path) -> Shop:
    """Read the sessions, put the faults in, clean them."""
    frame, parts = _raw(datasets / FILE)
    clean, steps = _clean(frame)
    rows = clean.index.to_numpy()
    before = Block.of(_table(frame)).placed(parts)
    after = Block(Block.of(_table(clean)).table, rows.astype(np.int64), parts[rows])
    counts = {part: int((after.parts == k).sum()) for k, part in enumerate(PARTS)}
    account = {
        "source": [{"uri": f"s3://raw/{FILE.name}", "size": 1072061, "sha256": "9f2c" * 16}],
        "rowsIn": len(frame) + 3,
        "unreadable": 3,
        "rows": counts | {"train": counts["train"] + 800},
        "augmented": 800,
        "steps": steps,
        "missing": {name: int(count) for name, count in frame.isna().sum().items()},
        "seconds": {"read": 4.2, "learn": 2.7, "clean": 3.1, "write": 1.8},
    }
    return Shop(columns(**_kinds(frame)), before, after, account)


def _raw(file: Path) -> tuple[pd.DataFrame, Any]:
    frame, draw = pd.read_csv(file), np.random.default_rng(1)
    frame = pd.concat([frame, frame.sample(REPEATED, random_state=2)])
    frame = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    count = len(frame)
    frame[IDS] = frame[IDS].astype(str)
    numbers: list[str] = [str(name) for name in frame if name not in IDS]
    frame[numbers] = frame[numbers].astype(float)
    for name, share in GAPS.items():
        frame.loc[draw.random(count) < share, name] = np.nan
    lost = np.zeros(count, bool)
    lost[STRETCH] = draw.random(STRETCH.stop - STRETCH.start) < 0.8
    frame.loc[lost, ["ExitRates", "BounceRates"]] = np.nan
    frame.loc[draw.random(count) < 0.01, "Region"] = None
    frame.loc[draw.random(count) < 0.004, "Administrative_Duration"] = 1e6
    spent = np.where(frame["Revenue"] > 0, draw.lognormal(3.5, 0.6, count), 0.0)
    frame["OrderTotal"] = np.where(draw.random(count) < 0.97, spent, np.nan)
    frame["Milliseconds"] = frame["ProductRelated_Duration"] * 1000
    frame["Session"] = [f"s{number:05d}" for number in range(count)]
    frame["Visitor"] = [f"v{number}" for number in draw.zipf(1.3, count) % 4000]
    frame["Seen"] = [
        " ".join(f"p{number}" for number in draw.zipf(1.5, draw.integers(1, 9)) % 500)
        for _ in range(count)
    ]
    started = np.sort(draw.random(count)) * 300 * 86400
    frame["Started"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(started, unit="s")
    frame["Campaign"] = "none"
    parts = draw.choice(3, count, p=[0.8, 0.1, 0.1]).astype(np.int8)
    frame.loc[(parts == 2) & (draw.random(count) < 0.7), "Browser"] = "13"
    return frame, parts


def _clean(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    own = ["Session", "Started", "Visitor", "Seen"]
    repeated = frame.duplicated(subset=[name for name in frame if name not in own])
    broken = ~repeated & (frame["Informational"] > 13)
    lacking = ~repeated & ~broken & frame["Region"].isna()
    clean = frame[~repeated & ~broken & ~lacking].copy()
    long = clean["Administrative_Duration"] > MOST
    clean.loc[long, "Administrative_Duration"] = MOST
    numbers = clean.select_dtypes("number")
    filled = {name: int(count) for name, count in numbers.isna().sum().items() if count}
    medians = {str(name): float(numbers[name].median()) for name in filled}
    steps = [
        {"name": "duplicates", "text": "duplicates()", "dropped": {"duplicate": repeated.sum()}},
        {
            "name": "rules",
            "text": "rules(Informational <= 13)",
            "quarantined": {"Informational <= 13": broken.sum()},
        },
        {
            "name": "outliers",
            "text": "outliers(iqr, action=clip)",
            "changed": {"clipped": {"Administrative_Duration": long.sum()}},
            "learned": {"Administrative_Duration": {"low": 0.0, "high": MOST}},
        },
        {
            "name": "missing",
            "text": "missing(fill=median)",
            "dropped": {"no Region": lacking.sum()},
            "changed": {"filled": filled},
            "learned": medians,
        },
    ]
    return clean.fillna(medians), [_plain(step) for step in steps]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return int(value) if isinstance(value, np.integer) else value


def _table(frame: pd.DataFrame) -> Any:
    made: dict[str, Any] = {}
    for name, values in frame.items():
        if values.dtype == object:
            made[str(name)] = pa.array(values, pa.string(), from_pandas=True).dictionary_encode()
        elif name == "Started":
            made[str(name)] = pa.array(values, pa.timestamp("us"), safe=False)
        else:
            made[str(name)] = pa.array(values.to_numpy(float))
    return pa.table(made)


def _kinds(frame: pd.DataFrame) -> dict[str, Any]:
    kinds: dict[str, Any] = {str(name): {"number": {}} for name in frame}
    kinds |= {name: {"id": {}} for name in (*IDS, "Session", "Campaign")}
    kinds |= {"Visitor": {"key": {}}, "Seen": {"id": {"length": 8}}}
    return kinds | {"Started": {"time": {}}, "Revenue": {"label": {}}}
