"""Keys that have to occur in another table: which tables are taken, and who is put aside."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.row_rules import Rules
from hone_trainer.clean.rules import reference
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.side_inputs import SideInputs
from tests.trainer.blocks import block, columns
from tests.trainer.cleaned import clean

COLUMNS = columns(country={"id": {}}, price={"number": {}}, bought={"label": {}})
DATA = block(
    country=["DE", "AT", "de", None, "XX", "DE"],
    price=[0.0, -1.0, 10.0, None, 10.5, 3.0],
    bought=[0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
)


def rules(*hold: dict[str, Any]) -> Rules:
    step = AnyCleaning.model_validate({"rules": {"hold": list(hold)}}).value
    assert isinstance(step, Rules)
    return step


@pytest.fixture
def store(tmp_path: Path) -> Any:
    return open_store(Store(uri=str(tmp_path / "store")))


def table(path: Path, kind: str) -> str:
    """Write customers with ids DE, AT, 10 and 3; give the address."""
    file = path / f"customers.{kind}"
    ids = ["DE", " AT ", "", "10", "3.0", "DE"]
    if kind == "parquet":
        key = pa.array([each or None for each in ids]).dictionary_encode()
        parquet.write_table(pa.table({"name": ["x"] * 6, "id": key}), file)
    else:
        file.write_text("name,id\n" + "".join(f'"x,\ny",{each}\n' for each in ids))
    return str(file)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_key_has_to_occur_in_the_other_table(tmp_path: Path, store: Any, kind: str) -> None:
    rule = {"reference": {"column": "country", "uri": table(tmp_path, kind), "key": "id"}}
    cleaned = clean(rules(rule), DATA, COLUMNS, store=store)
    found = {why: rows.tolist() for why, rows in cleaned.quarantined.items()}
    assert found == {f"country occurs as id in customers.{kind}": [2, 4]}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_key_may_be_a_number(tmp_path: Path, store: Any, kind: str) -> None:
    path = tmp_path / f"prices.{kind}"
    if kind == "csv":
        path.write_text("id\n10\n3.0\n-0\n\n1e9\n")
    else:
        parquet.write_table(pa.table({"id": [10, 3, 0, None]}), path)
    rule = {"reference": {"column": "price", "uri": str(path), "key": "id"}}
    cleaned = clean(rules(rule), DATA, COLUMNS, store=store)
    (rows,) = cleaned.quarantined.values()
    assert rows.tolist() == [1, 4]


def test_nothing_occurs_in_an_empty_table(tmp_path: Path, store: Any) -> None:
    (tmp_path / "none.csv").write_text("id\n")
    for column, broken in (("country", [0, 1, 2, 4, 5]), ("price", [0, 1, 2, 4, 5])):
        uri = str(tmp_path / "none.csv")
        rule = {"reference": {"column": column, "uri": uri, "key": "id"}}
        (rows,) = clean(rules(rule), DATA, COLUMNS, store=store).quarantined.values()
        assert rows.tolist() == broken


@pytest.mark.parametrize(
    ("text", "column", "reason", "says"),
    [
        ("name\nx\n", "country", "ColumnNotFound", "reference.key names 'id', which is not in"),
        ("id,b\n1\n", "country", "UnreadableInput", "Expected 2 columns, got 1"),
        ("", "country", "UnreadableInput", "Empty CSV file"),
        ("id\nabc\n", "price", "UnreadableInput", "column 'id' of"),
        ("PAR1 and no more", "price", "UnreadableInput", "column 'id' of"),
        ("id\na\nb\nc\na\n", "country", "TooManyKeys", "holds 3 different keys in 'id'"),
        (None, "country", "InputNotFound", "reference.uri"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(
    tmp_path: Path,
    store: Any,
    monkeypatch: pytest.MonkeyPatch,
    text: str | None,
    column: str,
    reason: str,
    says: str,
) -> None:
    monkeypatch.setattr(reference, "MOST_KEYS", 2)
    uri = tmp_path / "keys.csv"
    if text is not None:
        uri.write_text(text)
    step = rules({"reference": {"column": column, "uri": str(uri), "key": "id"}})
    with pytest.raises(StageFailure) as failed:
        step.load(SideInputs(store), COLUMNS)
    assert failed.value.reason == reason
    assert says in failed.value.message


@pytest.mark.parametrize("damage", ["a list", "half the file"])
def test_a_parquet_file_that_cannot_be_used_is_refused(
    tmp_path: Path, store: Any, damage: str
) -> None:
    file = tmp_path / "keys.parquet"
    parquet.write_table(pa.table({"id": [["a"]] if damage == "a list" else ["a"]}), file)
    if damage == "half the file":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    step = rules({"reference": {"column": "country", "uri": str(file), "key": "id"}})
    with pytest.raises(StageFailure) as failed:
        step.load(SideInputs(store), COLUMNS)
    assert failed.value.reason == "UnreadableInput"
    assert f"column 'id' of {file}" in failed.value.message
