"""Files of rows that are asked about are read as those of training were."""

from pathlib import Path
from typing import Any

import pytest

from hone_serving.files import read
from hone_trainer.bundle.description import Description


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_is_parted_where_it_is_said(tmp_path: Path, mark: str) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"user{mark}price\nu1{mark}1.5\n")
    (batch,) = read(rows, mark)
    assert batch.to_pylist() == [{"user": "u1", "price": "1.5"}]


@pytest.mark.parametrize(
    ("source", "mark"),
    [({"csv": {"uri": "a", "delimiter": ";"}}, ";"), ({"csv": {}}, ","), ({"parquet": {}}, ",")],
)
def test_a_bundle_knows_what_parted_the_rows_of_training(
    source: dict[str, dict[str, str]], mark: str
) -> None:
    stages = {"train": {"train": {}}, "data": {"prepare": {"source": source}}}
    described: Any = Description.model_construct  # with what counts here alone
    assert described(stages=stages).delimiter == mark
