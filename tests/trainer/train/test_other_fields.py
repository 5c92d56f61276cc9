"""What a model of another field knows of the same ids goes into one of something else."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import Bench
from tests.trainer.halves import FIRST, TRAIN, prepare, visits

pytestmark = pytest.mark.tensorflow

FIELDS: dict[str, dict[str, Any]] = {
    "lstm": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "dcn": {"ads": {"dcn": {"embedding": 8, "layers": [8]}}},
}


@pytest.mark.parametrize("model", FIELDS)
def test_what_a_model_of_clicks_knows_of_users_and_items_goes_into_one_of_next_items(
    tmp_path: Path, model: str
) -> None:
    bench = Bench(tmp_path)
    rows = [f"u{k % 60},i{k % 11 + 3},{k // 60 % 2}" for k in range(600)]
    (tmp_path / "clicks.csv").write_text("\n".join(["user,item,clicked", *rows]) + "\n")
    (tmp_path / "visits.csv").write_text(visits(FIRST))
    clicks = {
        "source": {"csv": {"uri": str(tmp_path / "clicks.csv")}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}],
    }
    bench("data", {"prepare": clicks}, job="clicks")
    bench("train", {"train": {"model": FIELDS[model], "epochs": 1}}, job="clicks")
    bench.sources.clear()
    following = prepare(tmp_path / "visits.csv")
    following["prepare"]["columns"][0] = {"name": "user", "id": {}}
    bench("data", following, job="next")
    start = {"startFrom": {"uri": f"{bench.store.root}/shop/clicks/1d5c/train/0/0"}}
    report = bench("train", {"train": TRAIN | start}, job="next")
    assert "2 of 8 weights taken over" in report.message
    assert "user: 60 of 60 rows by key; before: 9 of 12 rows by key" in report.message
