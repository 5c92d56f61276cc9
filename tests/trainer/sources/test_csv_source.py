"""CSV files: one, several or compressed ones, as programs and people write them."""

import bz2
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources import csv as csv_source
from hone_trainer.sources import lines, source
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.sourced import (
    COLUMNS,
    read,
    rows_of,
    source_of,
    store_in,
    write,
)

HEADER = "user,price,bought\n"


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return store_in(tmp_path)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Cut files into pieces of so many bytes."""
    return lambda size: monkeypatch.setattr(source, "PIECE_BYTES", size)


def test_a_version_changes_with_the_file(tmp_path: Path) -> None:
    one = rows_of(HEADER + "a,1,0\n", tmp_path).pieces[0].version
    assert one
    assert rows_of(HEADER + "a,1,0\nb,1,0\n", tmp_path).pieces[0].version != one


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    uri = write(tmp_path / "raw.csv", HEADER + "a,1,0\n")
    changing, store = source_of("csv", uri=uri), store_in(tmp_path)
    (piece,) = changing.pieces(COLUMNS, store)
    write(tmp_path / "raw.csv", HEADER + "a,1,0\nb,2,1\n")
    with pytest.raises(StageFailure, match=r"was changed while it was read.*csv\.uri") as caught:
        list(changing.read(piece, COLUMNS, store, source.Digest()))
    assert caught.value.reason == "InputChanged"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "sep=,\n", '\ufeff"SEP=,"\n\n'])
@pytest.mark.parametrize("size", [7, 1 << 20])
def test_what_spreadsheets_write_is_read(
    tmp_path: Path, cut: Any, end: str, mark: str, size: int
) -> None:
    cut(size)
    text = mark + HEADER + 'a,1,0\n"two\nlines, one ""id""",7,TRUE\n\nc,3,1'
    found = rows_of(text.replace("\n", end), tmp_path)
    assert found.table == {
        "user": ["a", f'two{end}lines, one "id"', "c"],
        "price": [1, 7, 3],
        "bought": [0, 1, 1],
    }


@pytest.mark.parametrize("mark", [";", "\t", "|", " "])
def test_fields_may_be_separated_by_other_characters(tmp_path: Path, cut: Any, mark: str) -> None:
    cut(9)
    text = HEADER + "".join(f'"u,{n}",{n},1\n' for n in range(9))
    text = text.replace(",", mark).replace(f"u{mark}", "u,")
    found = rows_of(text, tmp_path, delimiter=mark)
    assert found.table["user"] == [f"u,{n}" for n in range(9)]


@pytest.mark.parametrize("mark", ["", ",,", '"', "\n", "é", "a", "1", "."])
def test_other_delimiters_are_refused_by_the_schema(mark: str) -> None:
    with pytest.raises(ValueError, match="delimiter"):
        csv_source.Csv(uri="raw.csv", delimiter=mark)


def test_a_row_is_bad_once_and_the_others_keep_their_numbers(tmp_path: Path, cut: Any) -> None:
    cut(10)
    text = HEADER + "a,1,0\nb,x,maybe\nc\n\nd,1,1,1\ne,inf,1\nf,2,1\n"
    found = rows_of(text, tmp_path)
    assert found.table["user"] == ["a", "f"]
    assert found.numbers == [0, 5]
    assert [(row.row, row.column, row.reason) for row in found.bad] == [
        (1, "price", "BadNumber"),
        (2, "", "BrokenRow"),
        (3, "", "BrokenRow"),
        (4, "price", "BadNumber"),
    ]
    assert found.bad[1].wanted.startswith("a row of 3 fields, but of 1: quote what holds ','")


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_compressed_lines_may_end_as_old_macs_did(tmp_path: Path, cut: Any, end: str) -> None:
    cut(100)
    text = "".join(f'"u\n{n}",{n},1{end}' for n in range(40_000))
    uri = write(tmp_path / "raw.csv.gz", gzip.compress((HEADER.strip() + end + text).encode()))
    found = read(source_of("csv", uri=uri), store_in(tmp_path))
    assert found.table["price"] == list(range(40_000))
    assert len(found.each[0]) > 1


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("", ",", "of 3 fields, but of 4: take the ',' at its end away, or end the header line"),
        (",", "", "of 4 fields, but of 3: take the ',' at the end of the header line away"),
        ("", ",x", "of 3 fields, but of 4: quote what holds ','"),
    ],
)
def test_a_separator_too_many_is_named(tmp_path: Path, header: str, row: str, says: str) -> None:
    text = f"{HEADER.strip()}{header}\na,1,0{row}\nb,1,0{row}\n"
    found = rows_of(text, tmp_path)
    assert [bad.row for bad in found.bad] == [0, 1]
    assert says in found.bad[0].wanted


@pytest.mark.parametrize(("header", "row"), [(",", ","), ("", "")])
def test_what_is_said_of_a_separator_too_many_helps(tmp_path: Path, header: str, row: str) -> None:
    found = rows_of(f"{HEADER.strip()}{header}\na,1,0{row}\n", tmp_path)
    assert (found.table["user"], found.bad) == (["a"], [])


def test_columns_are_found_by_their_names_in_every_file(
    tmp_path: Path, store: ArtifactStore
) -> None:
    (tmp_path / "raw").mkdir()
    write(tmp_path / "raw" / "1.csv", HEADER + "a,1,0\n")
    write(tmp_path / "raw" / "2.csv", "bought,more,price,user\n1,x,2,b\n")
    write(tmp_path / "raw" / "3.csv", HEADER)  # what writes in parts leaves some without rows
    found = read(source_of("csv", uri=str(tmp_path / "raw")), store)
    assert found.table == {"user": ["a", "b"], "price": [1, 2], "bought": [0, 1]}


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}


@pytest.mark.parametrize("ending", COMPRESS)
def test_compressed_files_are_streamed(
    tmp_path: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", 100_000)
    monkeypatch.setattr(lines, "_PEEK", 1000)
    text = HEADER + "".join(f'"u\n{n}",{n},{n % 2}\n' for n in range(30_000))
    data = COMPRESS[ending](text.encode())
    found = read(source_of("csv", uri=write(tmp_path / f"raw.csv{ending}", data)), store)
    assert found.table["price"] == list(range(30_000))
    assert found.numbers == list(range(30_000))
    assert len(found.each[0]) > 3
    assert (found.digests[0].sha256, found.digests[0].size) == (
        hashlib.sha256(data).hexdigest(),
        len(data),
    )


def test_two_compressed_files_may_be_joined_to_one(tmp_path: Path, store: ArtifactStore) -> None:
    data = gzip.compress((HEADER + "a,1,0\n").encode()) + gzip.compress(b"b,2,1\n")
    found = read(source_of("csv", uri=write(tmp_path / "raw.csv.gz", data)), store)
    assert found.table["user"] == ["a", "b"]


def test_a_small_file_that_unpacks_to_a_large_one_takes_no_memory(
    tmp_path: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", 1 << 20)
    body = b"a,1,0\n" * 4_000_000
    uri = write(tmp_path / "raw.csv.gz", gzip.compress(HEADER.encode() + body, 1))
    bomb = source_of("csv", uri=uri)
    (piece,) = bomb.pieces(COLUMNS, store)
    before = pa.total_allocated_bytes()
    rows = 0
    for each in bomb.read(piece, COLUMNS, store, source.Digest()):
        rows += len(each.number)
        assert pa.total_allocated_bytes() - before < 32 << 20
    assert rows == 4_000_000


def test_blocks_of_short_rows_are_divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK_ROWS", 10)
    text = HEADER + "".join(f"a,{'x' if n in (7, 19, 24) else n},0\n" for n in range(25))
    found = rows_of(text, tmp_path)
    assert [len(rows.number) for rows in found.each[0]] == [10, 10, 2]
    assert [row.row for row in found.bad] == [7, 19, 24]
    good = [n for n in range(25) if n not in (7, 19, 24)]
    assert (found.table["price"], found.numbers) == (good, good)


def test_a_glance_shows_texts_of_all_columns(tmp_path: Path, store: ArtifactStore) -> None:
    text = b"user,price,more\na,1,\nbroken\n\xff,NA,x\nc,3,y\n"
    table = source_of("csv", uri=write(tmp_path / "raw.csv", text)).peek(store, 2)
    assert table.to_pydict() == {"user": ["a", "\\xff"], "price": ["1", "NA"], "more": [None, "x"]}
