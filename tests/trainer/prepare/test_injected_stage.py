"""Faults put into real rows, a whole stage over them: the account says what was put in."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from tests.trainer.faulty import COLUMNS, DURATIONS, IDS, LABEL, MONTHS, inject, sound
from tests.trainer.shop import pieces_of

FACTORS = {"Administrative": 7, "BounceRates": 4, "ExitRates": 4, "SpecialDay": 5}
"""The least whole factor that leaves at most one clean row in a thousand outside."""


def account(bench: Any, run: dict[str, Any], size: int = 1 << 17) -> Any:
    with pieces_of(size):
        return bench.manifest(bench("data", {"prepare": run}))


@pytest.mark.slow
def test_online_shoppers(run_stage: Any, datasets: Path, tmp_path: Path) -> None:
    rows = inject(sound(datasets), seed=5)
    raw = tmp_path / "sessions.csv"
    rows.frame.to_csv(raw, index=False)
    hold: list[dict[str, Any]] = [
        *({"range": {"column": name, "atLeast": 0}} for name in DURATIONS),
        {"allowed": {"column": "Month", "values": list(MONTHS)}},
    ]
    outliers = [
        {"outliers": {"deviation": {"factor": factor}, "columns": [name], "action": "blank"}}
        for name, factor in FACTORS.items()
    ]
    clean = [
        {"rules": {"hold": hold}},
        {"duplicates": {}},
        *outliers,
        {"missing": {"word": "?", "columns": list(IDS)}},
        {"missing": {}},
    ]
    columns = [column.dump() for column in COLUMNS if not column.value.target]
    run = {"source": {"csv": {"uri": str(raw)}}, "columns": columns, "clean": clean}
    run["tasks"] = [{"binary": {"label": LABEL}}]
    made = account(run_stage, run)
    told = made.facts
    assert told["rowsIn"] == len(rows.frame)
    assert sum(told["quarantined"].values()) == rows.impossible.sum()
    good = rows.frame[~rows.impossible]
    repeated = good.duplicated()
    assert told["dropped"] == {"duplicate": repeated.sum()}
    left = ~rows.impossible & ~rows.frame.duplicated().to_numpy()
    blanked: Counter[str] = Counter()
    for step in told["steps"]:
        blanked.update(step["changed"].get("blanked", {}))
    for name in FACTORS:
        injected = int((rows.far[name] & left).sum())
        assert injected <= blanked[name] <= 1.1 * injected, name  # recall 1, precision .9
    for name, gaps in rows.gaps.items():
        assert told["missing"][name] == gaps.sum()
        assert told["filled"][name] == (gaps & left).sum() + blanked.get(name, 0)
    kept = [run_stage.store.fetch(f) for f in made.files if f.name.startswith("quarantine-")]
    aside: Any = pd.concat([parquet.read_table(io.BytesIO(data)).to_pandas() for data in kept])
    assert (np.sort(aside["row"]) == np.flatnonzero(rows.impossible)).all()
    assert set(aside["reason"]) == set(told["quarantined"])


@pytest.mark.slow
def test_toys(run_stage: Any, datasets: Path, tmp_path: Path) -> None:
    draw = np.random.default_rng(8)
    lines = (datasets / "toys" / "Toys_and_Games.txt").read_text().splitlines()
    met = [
        (user, item, at) for user, *items in map(str.split, lines) for at, item in enumerate(items)
    ]
    frame = pd.DataFrame(met, columns=["user", "item", "at"]).astype({"at": float})
    items, count = sorted(set(frame["item"])), len(frame)
    frame["price"] = np.round(draw.normal(20, 3, count), 2)
    frame["clicked"] = draw.integers(2, size=count)
    pd.Series(items, name="id").to_csv(tmp_path / "items.csv", index=False)
    kind = draw.choice(4, size=count, p=[0.95, 0.03, 0.01, 0.01])
    frame.loc[kind == 1, "price"] = np.nan
    frame.loc[kind == 2, "price"] = 20 + 3 * draw.uniform(9, 20, int((kind == 2).sum()))
    frame.loc[kind == 3, "item"] = "nowhere"
    copies = frame.sample(round(0.02 * count), random_state=3)
    raw = tmp_path / "toys.csv"
    pd.concat([frame, copies]).to_csv(raw, index=False)
    reference = {"column": "item", "uri": str(tmp_path / "items.csv"), "key": "id"}
    run = {
        "source": {"csv": {"uri": str(raw)}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [
            {"name": "user", "id": {}},
            {"name": "item", "id": {}},
            {"name": "at", "number": {}},
            {"name": "price", "number": {"normalize": {"robust": {}}}},
            {
                "name": "before",
                "sequence": {"of": "item", "by": "user", "along": "at", "length": 8},
            },
        ],
        "clean": [
            {"rules": {"hold": [{"reference": reference}]}},
            {"duplicates": {}},
            {"outliers": {"iqr": {"factor": 4}, "columns": ["price"]}},
            {"missing": {}},
        ],
        "split": {"by": {"leaveOneOut": {"by": "user", "along": "at"}}},
    }
    told = account(run_stage, run, size=1 << 20).facts
    assert told["rowsIn"] == count + len(copies)
    bad_copies = (copies["item"] == "nowhere").sum()
    assert sum(told["quarantined"].values()) == (kind == 3).sum() + bad_copies
    assert told["dropped"]["duplicate"] == len(copies) - bad_copies
    outside = sum(n for why, n in told["dropped"].items() if why != "duplicate")
    assert (kind == 2).sum() <= outside <= 1.02 * (kind == 2).sum()
    assert told["filled"]["price"] == (kind == 1).sum()
    assert told["rows"]["test"] <= 19_412  # one row of each user, less what was wrong with it
