"""Files of JSON Lines: the same rows wherever they are cut and by whichever parser."""

import gzip
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.sources import objects, source
from tests.trainer.blocks import columns
from tests.trainer.sourced import COLUMNS, Found, read, refused, source_of, store_in, write

LINE = '{"user":"a","price":1.5,"bought":1}\n'


def rows_of(text: str | bytes, folder: Path, wanted: Any = COLUMNS) -> Found:
    uri = write(folder / "raw.jsonl", text)
    return read(source_of("jsonLines", uri=uri), store_in(folder), wanted)


ROWS = st.fixed_dictionaries(
    {
        "user": st.text(max_size=5) | st.none(),
        "price": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6),
        "bought": st.sampled_from([0, 1]),
    },
    optional={"more": st.recursive(st.integers(), st.lists)},
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=8), size=st.integers(9, 99), odd=st.booleans())
def test_rows_are_the_same_wherever_a_file_is_cut(
    rows: list[dict[str, Any]], size: int, odd: bool
) -> None:
    rows = [{"user": "a", "price": 0.5, "bought": 1}, *rows]
    text = "\n".join(json.dumps(row, ensure_ascii=odd) for row in rows)
    bad = {k for k, row in enumerate(rows) if "\0" in (row["user"] or "")}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "PIECE_BYTES", size)
        found = rows_of(text.encode(), Path(folder))
        patch.setattr(objects, "_read", lambda *_: None)
        slowly = rows_of(text.encode(), Path(folder))
    assert {row.row for row in found.bad} == bad
    good = [row for k, row in enumerate(rows) if k not in bad]
    assert found.table["price"] == [row["price"] for row in good]
    assert (found.table, found.bad, found.numbers) == (slowly.table, slowly.bad, slowly.numbers)


USERS: dict[str, list[str]] = {
    "texts": ['"a"', '"b"', '"a"', "null", '""', '" c "'],
    "whole numbers": ["1", "2", "1", "null", "-5", "12345678901234567890"],
    "truth values": ["true", "false", "null"],
    "fractions": ["1.50", "2e3", "null"],
    "all sorts": ['"a"', "1", "1.50", "true", "null"],
}
READ = {'"a"': "a", '"b"': "b", "null": None, '""': None, '" c "': "c"}


@pytest.mark.parametrize("case", USERS)
def test_ids_may_be_texts_or_numbers(tmp_path: Path, case: str) -> None:
    lines = [f'{{"user":{each},"price":1,"bought":0}}' for each in USERS[case]]
    found = rows_of("\n".join(lines), tmp_path)
    assert found.table["user"] == [READ.get(each, each) for each in USERS[case]]


@pytest.mark.parametrize("beside", ["1", '"x"'])
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2", 2.0),
        ("2.5e1", 25.0),
        ('"2.5"', 2.5),
        ('" "', float("nan")),
        ("null", float("nan")),
        ("NaN", float("nan")),
        ("true", 1.0),
        ("12345678901234567890", 12345678901234567890.0),
    ],
)
def test_numbers_are_read_alike_by_both_parsers(
    tmp_path: Path, beside: str, written: str, value: float
) -> None:
    lines = [f'{{"user":"a","price":{each},"bought":0}}\n' for each in ("1", written, beside)]
    found = rows_of("".join(lines), tmp_path)
    assert str(found.table["price"][1]) == str(value)
    assert len(found.bad) == (beside != "1")


@pytest.mark.parametrize(
    ("written", "label"),
    [("1", 1), ("0", 0), ("true", 1), ("false", 0), ('"TRUE"', 1), ('"0"', 0), ("1.0", 1)],
)
@pytest.mark.parametrize("beside", ["1", "true", '"1"'])
def test_labels_may_be_of_several_types(
    tmp_path: Path, written: str, label: int, beside: str
) -> None:
    lines = [f'{{"user":"a","price":1,"bought":{each}}}\n' for each in (beside, written)]
    assert rows_of("".join(lines), tmp_path).table["bought"] == [1, label]


@pytest.mark.parametrize("when", ['"2026-01-31T12:00:00Z"', '"2026-01-31 12:00"', "1769860800"])
def test_times_may_be_texts_or_numbers(tmp_path: Path, when: str) -> None:
    wanted = columns(user={"id": {}}, when={"time": {}})
    found = rows_of(f'{{"user":"a","when":{when}}}\n{{"user":"a"}}\n', tmp_path, wanted)
    assert [time and time.isoformat() for time in found.table["when"]] == [
        "2026-01-31T12:00:00",
        None,
    ]


def test_keys_that_are_missing_are_missing_values(tmp_path: Path) -> None:
    found = rows_of(LINE + "{}\n\n" + '{"bought":null,"x":{"y":[1]}}\r\n' + LINE, tmp_path)
    assert found.table["user"] == ["a", None, None, "a"]
    assert str(found.table["bought"]) == "[1.0, nan, nan, 1.0]"
    assert not found.bad


@pytest.mark.parametrize("before", [0, 1, 10_000])
@pytest.mark.parametrize(
    ("line", "column", "text", "reason"),
    [
        (LINE.replace('"a"', '["a"]'), "user", '["a"]', "NestedValue"),
        (LINE.replace("1.5", '{"eur":1}'), "price", '{"eur": 1}', "NestedValue"),
        ("no row\n", "", "no row", "BrokenRow"),
    ],
)
def test_what_is_no_row_is_a_bad_one_wherever_it_stands(
    tmp_path: Path, before: int, line: str, column: str, text: str, reason: str
) -> None:
    found = rows_of(LINE * before + line + LINE, tmp_path)
    (bad,) = found.bad
    assert (bad.row, bad.column, bad.text, bad.reason) == (before, column, text, reason)
    assert found.table["user"] == ["a"] * (before + 1)


@pytest.mark.parametrize("other", ["0.5", "1", '"x"'])
def test_a_bare_nan_is_missing(tmp_path: Path, other: str) -> None:
    lines = (f'{{"user":{user},"price":{user},"bought":1}}\n' for user in ("NaN", other))
    wanted = columns(user={"id": {}}, price={"id": {}}, bought={"label": {}})
    found = rows_of("".join(lines), tmp_path, wanted)
    assert found.table["user"] == found.table["price"] == [None, other.strip('"')]
    assert not found.bad


def test_ids_that_are_floats_are_on_record(tmp_path: Path) -> None:
    found = rows_of('{"user":1.0,"price":1.5,"bought":1}\n' * 3, tmp_path)
    assert found.pieces[0].facts["floats"] == ["user"]
    assert found.table["user"] == ["1.0"] * 3
    assert rows_of(LINE, tmp_path).pieces[0].facts["floats"] == []


def test_a_bare_nan_is_no_number_and_no_label(tmp_path: Path) -> None:
    found = rows_of('{"user":"a","price":NaN,"bought":NaN}\n' + LINE, tmp_path)
    assert str(found.table["price"]) == "[nan, 1.5]"
    assert str(found.table["bought"]) == "[nan, 1.0]"
    assert not found.bad


def test_a_key_that_no_row_has_at_first_is_refused(tmp_path: Path) -> None:
    """Most likely it is misspelt, and all of its values would be missing."""
    uri = write(tmp_path / "raw.jsonl", '{"user":"a","bought":1}\n' * 99)
    failure = refused(source_of("jsonLines", uri=uri), store_in(tmp_path))
    assert failure.reason == "ColumnNotFound"
    assert "raw.jsonl has no column 'price'; it has 'user', 'bought'" in failure.message


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert rows_of("\ufeff" + LINE * 2, tmp_path).table["user"] == ["a", "a"]


def test_compressed_files_are_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", 100_000)
    text = "".join(f'{{"user":"u{n}","price":{n},"bought":1}}\n' for n in range(20_000))
    data = gzip.compress(text.encode())
    uri = write(tmp_path / "raw.ndjson.gz", data)
    found = read(source_of("jsonLines", uri=uri), store_in(tmp_path))
    assert found.table["price"] == list(range(20_000))
    assert found.numbers == list(range(20_000))
    assert len(found.each[0]) > 3
    assert found.digests[0].sha256 == hashlib.sha256(data).hexdigest()


def test_a_folder_holds_both_endings(tmp_path: Path) -> None:
    for name in ("2.ndjson", "1.jsonl", "3.json"):
        write(tmp_path / "raw" / name, LINE.replace("a", name[0]))
    found = read(source_of("jsonLines", uri=str(tmp_path / "raw")), store_in(tmp_path))
    assert found.table["user"] == ["1", "2"]


def test_a_glance_shows_values_of_all_keys(tmp_path: Path) -> None:
    text = (
        '{"user":"a","age":1,"price":1,"in":true,"id":1,"deep":[1]}\nno row\n'
        '{"user":"b","age":2,"price":1.5,"in":false,"id":"x","far":99999999999999999999}\n'
    )
    uri = write(tmp_path / "raw.jsonl", text)
    table = source_of("jsonLines", uri=uri).peek(store_in(tmp_path), 10)
    assert {field.name: str(field.type) for field in table.schema} == {
        "user": "string",
        "age": "int64",
        "price": "double",
        "in": "bool",
        "id": "string",
        "deep": "list<item: null>",
        "far": "string",
    }
    assert table.num_rows == 2
    assert table.column("deep").null_count == 2
    assert source_of("jsonLines", uri=uri).peek(store_in(tmp_path), 1).num_rows == 1
