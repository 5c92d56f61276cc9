"""Columns worked out from real data, and alike from whatever they are written in."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import Store
from hone_trainer.prepare.schema_inference import ROWS, Infer
from hone_trainer.prepare.target_columns import with_targets
from hone_trainer.sources.csv import Csv
from hone_trainer.sources.json_lines import JsonLines
from hone_trainer.sources.parquet import Parquet
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.next_item import NextItem
from tests.trainer.prepare.test_schema_inference import FEW, HEX, HOURS, NUMBERS, TEXTS, infer

pytestmark = pytest.mark.slow


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_store(Store(uri=str(tmp_path)))


def test_every_source_tells_the_same_of_the_same_rows(tmp_path: Path, store: ArtifactStore) -> None:
    at = [moment.isoformat() for moment in HOURS]
    table = {"price": NUMBERS, "kind": FEW, "order": HEX, "note": TEXTS, "at": at, "y": FEW % 2}
    frame = pd.DataFrame(table)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    sources = (
        Csv(uri=str(tmp_path / "a.csv")),
        JsonLines(uri=str(tmp_path / "a.jsonl")),
        Parquet(uri=str(tmp_path / "a.parquet")),
    )
    accounts = [infer(source.peek(store, ROWS)) for source in sources]
    kinds = ["number", "id", "key", "text", "time"]
    assert [column.kind for column in accounts[0].columns] == kinds
    assert accounts[0].facts() == accounts[1].facts() == accounts[2].facts()
    for source, account in zip(sources, accounts, strict=True):
        wanted = with_targets(account.columns, (Binary(label="y"),))
        assert source.pieces(wanted, store)  # every kind can be read of it


def test_what_was_worked_out_can_be_written_by_hand(store: ArtifactStore, datasets: Path) -> None:
    """The conversion data: what a person who knows its documentation would write."""
    source = Csv(uri=str(datasets / "online_shoppers" / "online_shoppers_intention.csv"))
    table = source.peek(store, ROWS)
    assert table.num_rows == ROWS
    found = Infer().infer(table, (Binary(label="Revenue"),))
    kinds = {column.name: column.kind for column in found.columns}
    numbers = ["Administrative", "Administrative_Duration", "Informational_Duration"]
    numbers += ["ProductRelated", "ProductRelated_Duration", "BounceRates", "ExitRates"]
    numbers += ["PageValues", "SpecialDay"]
    ids = ["Informational", "Month", "OperatingSystems", "Browser", "Region", "TrafficType"]
    ids += ["VisitorType", "Weekend"]
    assert kinds == dict.fromkeys(numbers, "number") | dict.fromkeys(ids, "id")
    written = [column.dump() for column in found.columns]
    assert tuple(Column.model_validate(each) for each in written) == found.columns
    why = {fact["name"]: fact["why"] for fact in found.facts()}
    assert why["Month"] == "10 different texts, most often 'May', 'Mar', 'Nov'"
    assert why["SpecialDay"] == "numbers from 0 to 1, 6 different ones"


def test_questions_are_texts_and_interactions_are_ids(store: ArtifactStore, datasets: Path) -> None:
    questions = Csv(uri=str(datasets / "banking77" / "train.csv")).peek(store, ROWS)
    (text,) = Infer().infer(questions, (Classes(label="category"),)).columns
    assert text.dump() == {"name": "text", "text": {"words": {"length": 32, "minCount": 1}}}
    searches = Csv(uri=str(datasets / "cell_phones_search" / "train.tsv.gz"), delimiter="\t")
    found = Infer().infer(searches.peek(store, ROWS), (NextItem(label="item"),))
    assert [column.kind for column in found.columns] == ["id", "id"]
