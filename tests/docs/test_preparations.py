"""The preparation of the page on data, run on rows of its own: what it says is what comes out."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.docs.blocks import blocks
from tests.docs.jobs import whole
from tests.trainer.conftest import Bench

pytestmark = pytest.mark.slow

PAGE = "docs/preparation.md"
ROWS = 2000


def draw() -> pd.DataFrame:
    """Rows with all that the page's cleaning is for: broken ones, twins, gaps, prices far out."""
    rng = np.random.default_rng(2)
    price = rng.normal(20, 5, ROWS)
    price[:20], price[20:40], price[40:60] = -1, np.nan, 9999
    rows = pd.DataFrame(
        {
            "user": rng.integers(50, size=ROWS),
            "item": rng.integers(30, size=ROWS),
            "price": price,
            "title": rng.choice(["Red shoes", "Blue coat, warm", "Hat"], ROWS),
            "when": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.permutation(ROWS), "h"),
            "clicked": rng.integers(2, size=ROWS),
        }
    )
    return pd.concat([rows, rows[100:130]])


@pytest.fixture
def stage(tmp_path: Path) -> dict[str, Any]:
    """The page's stage, with files of ours in place of the bucket's, in one pod."""
    block = next(each for each in blocks("yaml") if each.page == PAGE)
    words: dict[str, Any] = whole(block)["spec"]["stages"][0]["prepare"]
    for month, rows in enumerate(np.array_split(np.arange(ROWS + 30), 2), 1):
        folder = tmp_path / f"clicks/2026-{month:02d}"
        folder.mkdir(parents=True)
        draw().iloc[rows].to_parquet(folder / "part.parquet")
    uri = words["source"]["parquet"]["uri"].replace("s3://raw", str(tmp_path))
    return words | {"source": {"parquet": {"uri": uri}}, "workers": 1}


def test_the_pages_preparation_does_what_it_says(tmp_path: Path, stage: dict[str, Any]) -> None:
    bench = Bench(tmp_path)
    manifest = bench.manifest(bench("data", {"prepare": stage}))
    facts = manifest.facts
    assert facts["rowsIn"] == ROWS + 30
    assert sum(facts["quarantined"].values()) == 20, "the rule about prices"
    assert sum(facts["dropped"].values()) == 30, "the twins"
    assert facts["filled"]["price"] == 40, "the gaps, and what was far out and blanked"
    assert {file.name for file in manifest.files} >= {
        "transform.json",
        "tables.arrow",
        "data-report.html",
        "data-report.json",
    }
    lengths = {f["name"]: f.get("length") for f in facts["schema"]["fields"] if f["kind"] == "id"}
    assert set(lengths.values()) == {1, 20}, "the lstm model takes one id, or one length"
