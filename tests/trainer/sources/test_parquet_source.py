"""Parquet files: row groups in pieces, types in forms, and memory that stays bounded."""

import decimal
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone_trainer.sources import row_groups, source
from tests.trainer.blocks import columns
from tests.trainer.sourced import COLUMNS, Found, read, refused, source_of, store_in, write

MANY = 20_000


def rows_of(table: Any, folder: Path, wanted: Any = COLUMNS, **options: Any) -> Found:
    pq.write_table(table, folder / "raw.parquet", **options)
    return read(source_of("parquet", uri=str(folder / "raw.parquet")), store_in(folder), wanted)


def many(**more: Any) -> Any:
    numbers = np.arange(MANY)
    users = pa.array([f"user-{n % 300}" for n in numbers])
    return pa.table({"user": users, "price": numbers / 8, "bought": numbers % 2} | more)


@pytest.mark.parametrize("rows", [100, 3_000, MANY])
@pytest.mark.parametrize("size", [20_000, 100_000, 1 << 25])
def test_rows_are_the_same_however_groups_are_gathered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, size: int
) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", size)
    monkeypatch.setattr(row_groups, "_LEAST_ROWS", 100)
    found = rows_of(many(), tmp_path, row_group_size=rows)
    assert found.table["price"] == [n / 8 for n in range(MANY)]
    assert found.table["user"] == [f"user-{n % 300}" for n in range(MANY)]
    assert found.numbers == list(range(MANY))
    assert [piece.start for piece in found.pieces[1:]] == [p.end for p in found.pieces[:-1]]
    assert found.pieces[-1].end == -(-MANY // rows)
    assert all(digest.size for digest in found.digests)
    if size < 1 << 25:
        assert len(found.pieces) > 1 or len(found.each[0]) > 1
    else:
        assert len(found.pieces) == len(found.each[0]) == 1


def test_few_narrow_rows_are_not_all_of_a_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BLOCK_ROWS", 1000)
    found = rows_of(many(), tmp_path, row_group_size=700)
    assert len(found.pieces) == 15
    assert max(len(rows.number) for piece in found.each for rows in piece) <= 1000


def test_only_wanted_columns_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waste = pa.array([bytes(100)] * MANY)
    wide = many(waste=np.random.default_rng(0).integers(1 << 62, size=MANY), deep=[[1]] * MANY)
    lean = rows_of(wide.append_column("bytes", waste), tmp_path)
    assert lean.table["user"][5] == "user-5"
    assert sum(piece.size for piece in lean.pieces) < 200_000
    assert (tmp_path / "raw.parquet").stat().st_size > 300_000


def test_a_huge_row_group_is_read_some_rows_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", 1 << 20)
    monkeypatch.setattr(row_groups, "_BUFFER", 1 << 16)
    rows = 2_000_000
    prices = np.random.default_rng(0).random(rows)
    users = pa.DictionaryArray.from_arrays(np.arange(rows, dtype=np.int32) % 5, list("abcde"))
    table = pa.table({"user": users, "price": prices, "bought": np.ones(rows)})
    pq.write_table(table, tmp_path / "raw.parquet", row_group_size=rows, use_dictionary=["user"])
    del table, users
    store, parquet = store_in(tmp_path), source_of("parquet", uri=str(tmp_path / "raw.parquet"))
    (piece,) = parquet.pieces(COLUMNS, store)
    before, most, count = pa.total_allocated_bytes(), 0, 0
    for each in parquet.read(piece, COLUMNS, store, source.Digest()):
        count += len(each.number)
        most = max(most, pa.total_allocated_bytes() - before)
    assert count == rows
    assert most < 24 << 20, "the columns take 33 MiB"


FLOATS = ["7", None, None, "0", str(2**53)]
DECIMALS = ["7", str(10**30), None]
VALUES: dict[str, tuple[Any, list[Any]]] = {
    "id of texts": (pa.array(["a", " b ", "", None]), ["a", "b", None, None]),
    "id of large texts": (pa.array(["a", None], pa.large_string()), ["a", None]),
    "id of text views": (pa.array(["a", None], pa.string_view()), ["a", None]),
    "id of bytes": (pa.array([b"\xc3\xa9", None]), ["é", None]),
    "id of categories": (
        pa.array(["a", "b", "a", None]).dictionary_encode(),
        ["a", "b", "a", None],
    ),
    "id of whole numbers": (pa.array([7, -1, None, 7]), ["7", "-1", None, "7"]),
    "id of large whole numbers": (pa.array([2**64 - 1], pa.uint64()), [str(2**64 - 1)]),
    "id of whole floats": (pa.array([7.0, float("nan"), None, -0.0, 2.0**53]), FLOATS),
    "id of small floats": (pa.array([7.0, 2.0**24], pa.float32()), ["7", str(2**24)]),
    "key of whole decimals": (pa.array([7, 10**30, None], pa.decimal128(38, 0)), DECIMALS),
    "id of decimals that are whole": (pa.array([decimal.Decimal("70.00"), None]), ["70", None]),
    "id of truth values": (pa.array([True, None, False]), ["true", None, "false"]),
    "id of nothing": (pa.nulls(2), [None, None]),
    "number of whole numbers": (pa.array([1, None], pa.int8()), [1.0, None]),
    "number of large whole numbers": (pa.array([2**60], pa.int64()), [2.0**60]),
    "number of fractions": (pa.array([0.5, float("nan"), None], pa.float32()), [0.5, None, None]),
    "number of halves": (pa.array([np.float16(0.5)], pa.float16()), [0.5]),
    "number of decimals": (pa.array([decimal.Decimal("1.25"), None]), [1.25, None]),
    "number of truth values": (pa.array([True, None]), [1.0, None]),
    "number of texts": (pa.array(["1.5", " NA ", "", None, "+2"]), [1.5, None, None, None, 2.0]),
    "number of categories": (pa.array(["1.5", "2"]).dictionary_encode(), [1.5, 2.0]),
    "number of nothing": (pa.nulls(2), [None, None]),
    "label of truth values": (pa.array([True, False, None]), [1.0, 0.0, None]),
    "label of numbers": (pa.array([1.0, 0.0, None]), [1.0, 0.0, None]),
    "label of texts": (pa.array(["true", "0", None]), [1.0, 0.0, None]),
    "time of nanoseconds": (
        pa.array([1_999, -1, None], pa.timestamp("ns")),
        ["1970-01-01T00:00:00.000001", "1969-12-31T23:59:59.999999", None],
    ),
    "time of seconds with a zone": (
        pa.array([3600], pa.timestamp("s", "Europe/Berlin")),
        ["1970-01-01T01:00:00"],
    ),
    "time of days": (pa.array([1, None], pa.date32()), ["1970-01-02T00:00:00", None]),
    "time of milliseconds of days": (pa.array([86_400_000], pa.date64()), ["1970-01-02T00:00:00"]),
    "time of whole numbers": (
        pa.array([1_700_000_000, 1_700_000_000_000, None]),
        ["2023-11-14T22:13:20", "2023-11-14T22:13:20", None],
    ),
    "time of texts": (
        pa.array(["2026-01-31", "2026-01-31T12:00+02:00", "", None]),
        ["2026-01-31T00:00:00", "2026-01-31T10:00:00", None, None],
    ),
    "time of nothing": (pa.nulls(1), [None]),
}


@pytest.mark.parametrize("case", VALUES)
def test_types_become_forms(tmp_path: Path, case: str) -> None:
    array, expected = VALUES[case]
    wanted = columns(x={case.split()[0]: {}}, y={"id": {}})
    table = pa.table({"x": array, "y": pa.nulls(len(array), pa.string())})
    found = rows_of(table, tmp_path, wanted)
    assert [plain(value) for value in found.table["x"]] == expected
    assert not found.bad


def plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return value.isoformat() if isinstance(value, datetime) else value


UNFIT = {
    "id": [pa.list_(pa.string()), pa.struct([("a", pa.int8())]), pa.date32()],
    "number": [pa.timestamp("us"), pa.list_(pa.float64()), pa.map_(pa.string(), pa.string())],
    "label": [pa.date32(), pa.list_(pa.bool_())],
    "time": [pa.float64(), pa.bool_(), pa.time64("us")],
}


@pytest.mark.parametrize(("kind", "type_"), [(k, t) for k, each in UNFIT.items() for t in each])
def test_types_that_do_not_fit_are_refused(tmp_path: Path, kind: str, type_: Any) -> None:
    table = pa.table({"x": pa.nulls(2, type_), "y": ["a", "b"]})
    pq.write_table(table, tmp_path / "raw.parquet")
    wanted = columns(x={kind: {}}, y={"id": {}})
    uri = str(tmp_path / "raw.parquet")
    failure = refused(source_of("parquet", uri=uri), store_in(tmp_path), wanted)
    assert failure.reason == "UnreadableInput"
    assert f"raw.parquet: column 'x' is {type_}".split("<")[0] in failure.message
    assert "correct prepare.columns" in failure.message


@pytest.mark.parametrize(
    ("array", "bad"),
    [
        (pa.array([1.0, 1.5, 2.0**53 + 2, float("inf")]), [1, 2, 3]),
        (pa.array([1.0, 2.0**24 + 2], pa.float32()), [1]),
        (pa.array([decimal.Decimal("1.00"), decimal.Decimal("1.50")]), [1]),
    ],
)
def test_numbers_that_are_not_surely_whole_are_no_ids(tmp_path: Path, array: Any, bad: Any) -> None:
    table = pa.table({"x": array, "y": [f"y{n}" for n in range(len(array))]})
    found = rows_of(table, tmp_path, columns(x={"id": {}}, y={"id": {}}))
    assert [row.row for row in found.bad] == bad
    assert {(row.reason, row.column) for row in found.bad} == {("BadText", "x")}
    assert "write ids as text" in found.bad[0].wanted
    assert found.table["x"] == ["1"]


def test_times_beyond_the_year_9999_are_bad(tmp_path: Path) -> None:
    wanted = columns(x={"time": {}}, y={"id": {}})
    far = pa.array([0, 2**62, -(2**62)], pa.timestamp("ms"))
    found = rows_of(pa.table({"x": far, "y": ["a", "b", "c"]}), tmp_path, wanted)
    assert [(row.row, row.reason) for row in found.bad] == [(1, "BadTime"), (2, "BadTime")]


def test_files_of_a_folder_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "raw" / "day=2").mkdir(parents=True)
    (tmp_path / "raw" / "day=1").mkdir()
    empty = many().slice(0, 0)
    for name, table in (
        ("day=2/a", many().slice(0, 2)),
        ("day=1/b", many().slice(5, 1)),
        ("c", empty),
    ):
        pq.write_table(table, tmp_path / "raw" / f"{name}.parquet")
    write(tmp_path / "raw" / "_SUCCESS", "")
    found = read(source_of("parquet", uri=str(tmp_path / "raw")), store_in(tmp_path))
    assert found.table["user"] == ["user-5", "user-0", "user-1"]


def test_a_glance_shows_columns_with_their_types_and_reads_no_lists(tmp_path: Path) -> None:
    pq.write_table(many(deep=[[1]] * MANY), tmp_path / "raw.parquet", row_group_size=7)
    table = source_of("parquet", uri=str(tmp_path / "raw.parquet")).peek(store_in(tmp_path), 9)
    assert table.column_names == ["user", "price", "bought", "deep"]
    assert pa.types.is_list(table.schema.field("deep").type)
    assert table.column("deep").null_count == 9
    assert table.num_rows == 9
    assert table.schema.field("bought").type == pa.int64()
