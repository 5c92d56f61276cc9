"""Files of rows that are asked about are read as those of training were."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from hone_serving.files import read
from hone_serving.writing import writer
from hone_trainer.bundle.description import Description
from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.transform.raw_rows import RawRows


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


@pytest.mark.parametrize("mark", ["", "ab", "\n", '"'])
def test_what_parts_no_fields_is_refused_by_name(tmp_path: Path, mark: str) -> None:
    (tmp_path / "rows.csv").write_text("user\nu1\n")
    with pytest.raises(StageFailure, match=r"--delimiter .* give one character"):
        next(read(tmp_path / "rows.csv", mark))


def test_a_first_line_that_is_no_heading_is_told_as_that_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a" * 200_000 + "\n1\n")
    with pytest.raises(StageFailure, match=r"rows\.csv, line 1: .*: correct the file"):
        next(read(tmp_path / "rows.csv"))


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("user,user\nu1,u2\n")
    (batch,) = read(tmp_path / "rows.csv")
    column = Column.model_validate({"name": "user", "id": {}})
    with pytest.raises(StageFailure, match="more than one column 'user': rename all but one"):
        RawRows(batch).block([column], {})


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_file_without_rows_leaves_one_without_answers(tmp_path: Path, kind: str) -> None:
    rows, answers = tmp_path / f"rows.{kind}", tmp_path / f"answers.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.table({"user": pa.array([], pa.string())}), rows)
    else:
        rows.write_text("user\n" if kind == "csv" else "")
    to = writer(answers, io.StringIO(), {"probability": "number"})
    for batch in read(rows):
        to.write(batch, [])
    to.close()
    if kind != "jsonl":
        found = csv.read_csv(answers) if kind == "csv" else parquet.read_table(answers)
        assert found.column_names == ["user", "probability"]
    assert answers.exists()


def test_lists_and_records_stand_in_a_csv_as_json(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pylist([{"before": ["i1", "ü"], "at": {"x": 1}}])
    to = writer(tmp_path / "answers.csv", io.StringIO(), {"probability": "number"})
    to.write(batch, [{"probability": 0.5}])
    to.close()
    (told,) = csv.read_csv(tmp_path / "answers.csv").to_pylist()
    assert told == {"before": '["i1", "ü"]', "at": '{"x": 1}', "probability": 0.5}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_half_a_letter_costs_no_file_its_answers(tmp_path: Path, kind: str) -> None:
    to = writer(tmp_path / f"answers.{kind}", io.StringIO(), {"probability": "number"})
    to.write([{"user": "\ud800"}], [{"probability": 0.5}])
    to.close()
    made = csv.read_csv if kind == "csv" else parquet.read_table
    assert made(tmp_path / f"answers.{kind}").column("user").to_pylist() == [r"\ud800"]


def test_rows_of_json_that_lack_a_column_have_none_in_a_table(tmp_path: Path) -> None:
    to = writer(tmp_path / "answers.csv", io.StringIO(), {"probability": "number"})
    to.write([{"user": "u1", "item": "i1"}], [{"probability": 0.5}])
    to.write([{"item": "i2"}], [{"probability": 0.7}])
    with pytest.raises(StageFailure, match=r"column 'device' .*: name a \.jsonl file"):
        to.write([{"item": "i2", "device": "d"}], [{"probability": 0.7}])
    to.close()
    found = csv.read_csv(tmp_path / "answers.csv").to_pydict()
    assert found == {"user": ["u1", ""], "item": ["i1", "i2"], "probability": [0.5, 0.7]}
