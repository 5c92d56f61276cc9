"""What is broken in a source is named: the file, the row, the column, and what to do."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from hone_trainer.sources import lines
from tests.trainer.sourced import parquet, refused, source_at, store_in

HEADER = b"user,price,bought\n"
ROWS = b"".join(b"u%d,%d,%d\n" % (n % 7, n, n % 2) for n in range(100))
LINES = b'{"user":"a","price":1,"bought":0}\n' * 3


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("raw.csv", data)
    return file.getvalue()


def flipped(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + bytes(byte ^ 255 for byte in data[start:end]) + data[end:]


GZ = gzip.compress(HEADER + ROWS)
UNREADABLE: dict[str, tuple[str, dict[str, bytes], str]] = {
    "another separator than the first line says": (
        "csv",
        {"raw.csv": b"sep=;\n" + (HEADER + ROWS).replace(b",", b";")},
        "raw.csv: its first line says that fields are separated by ';': set prepare.source.csv."
        "delimiter to it, not ','",
    ),
    "semicolons": (
        "csv",
        {"raw.csv": (HEADER + ROWS).replace(b",", b";")},
        "raw.csv: its fields seem to be separated by ';': save it with commas, or set "
        "prepare.source.csv.delimiter",
    ),
    "a name twice": (
        "csv",
        {"raw.csv": b"user,price,bought,user\n" + ROWS},
        "raw.csv: line 1 names column 'user' more than once",
    ),
    "a header in Latin-1": ("csv", {"raw.csv": b"us\xe9r\n"}, "line 1 is not UTF-8: save it as"),
    "a header that never ends": ("csv", {"raw.csv": b'"user,price\n' + ROWS}, "has no end"),
    "UTF-16": ("csv", {"raw.csv": "user".encode("utf-16")}, "raw.csv is UTF-16: save it as UTF-8"),
    "gzip that is not named so": ("csv", {"raw.csv": GZ}, "by gzip: let its name end in .gz"),
    "bzip2 that is not named so": ("csv", {"raw.csv": bz2.compress(ROWS)}, "name end in .bz2"),
    "gzip twice": ("csv", {"raw.csv.gz": gzip.compress(GZ)}, "raw.csv.gz is compressed by gzip"),
    "xz": ("csv", {"raw.csv.xz": lzma.compress(ROWS)}, "compress it with gzip or zstd instead"),
    "ZIP": ("csv", {"raw.zip": zipped(ROWS)}, "is a ZIP archive: unpack it"),
    "Parquet as CSV": ("csv", {"raw.csv": parquet()}, "read it by prepare.source.parquet"),
    "torn gzip": ("csv", {"raw.csv.gz": GZ[:-9]}, "raw.csv.gz: its gzip data end in the middle"),
    "torn at once": ("csv", {"raw.csv.gz": GZ[:12]}, "its gzip data end in the middle: write it"),
    "gzip with other bytes": ("csv", {"raw.csv.gz": flipped(GZ, 60, 70)}, "raw.csv.gz: it"),
    "gzip with a wrong sum": ("csv", {"raw.csv.gz": flipped(GZ, -8, -4)}, "damaged (zlib"),
    "text named .gz": ("csv", {"raw.csv.gz": HEADER}, "it is no gzip file, or damaged"),
    "text named .zst": ("csv", {"raw.csv.zst": HEADER + ROWS}, "it is no zstd file, or damaged"),
    "cut off in a quoted field": (
        "csv",
        {"raw.csv": HEADER + ROWS + b'"u1,1,1\n'},
        "raw.csv ends inside a quoted field: it is cut off, or a quotation mark is never closed",
    ),
    "compressed and cut off": (
        "csv",
        {"raw.csv.gz": gzip.compress(HEADER + ROWS + b'"u1,1,1\n')},
        "raw.csv.gz ends inside a quoted field",
    ),
    "no JSON": ("jsonLines", {"raw.jsonl": HEADER + ROWS}, "does not begin with a JSON object"),
    "a JSON list": ("jsonLines", {"raw.jsonl": b"[" + LINES + b"]"}, "one object a line, no list"),
    "JSON lines that end as old Macs' did": (
        "jsonLines",
        {"raw.jsonl": LINES.replace(b"\n", b"\r")},
        "raw.jsonl: its lines end with a carriage return alone: end each with a line feed",
    ),
    "torn JSON": ("jsonLines", {"raw.jsonl.gz": gzip.compress(LINES)[:-3]}, "end in the middle"),
    "no Parquet": ("parquet", {"raw.parquet": HEADER + ROWS}, "raw.parquet is no Parquet file"),
    "torn Parquet": ("parquet", {"raw.parquet": parquet()[:-20]}, "without its end: it is cut off"),
    "torn at its beginning": ("parquet", {"raw.parquet": b"PAR1"}, "is damaged"),
    "a damaged footer": (
        "parquet",
        {"raw.parquet": flipped(parquet(), -200, -100)},
        "raw.parquet is damaged",
    ),
    "damaged pages": ("parquet", {"raw.parquet": flipped(parquet(), 10, 60)}, "is damaged ("),
    "lists in Parquet": (
        "parquet",
        {"raw.parquet": parquet(user=[["a"], []])},
        "raw.parquet: column 'user' is list<",
    ),
    "days as ids": (
        "parquet",
        {
            "raw/1.parquet": parquet(),
            "raw/2.parquet": parquet(user=pa.array([1, 2], pa.date32())),
        },
        "raw/2.parquet: column 'user' is date32[day], from which no id can be read: write it",
    ),
    "moments as numbers": (
        "parquet",
        {"raw.parquet": parquet(price=pa.array([1, 2], pa.timestamp("us")))},
        "column 'price' is timestamp[us], from which no number can be read",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_broken_is_refused_with_its_name(tmp_path: Path, case: str) -> None:
    kind, files, says = UNREADABLE[case]
    failure = refused(source_at(tmp_path, kind, files), store_in(tmp_path))
    assert (failure.reason, failure.retry) == ("UnreadableInput", False)
    assert says in failure.message


OTHERS: dict[str, tuple[str, dict[str, bytes], str, str]] = {
    "no such column": (
        "csv",
        {"raw.csv": b"user,bought\na,1\n"},
        "ColumnNotFound",
        "raw.csv has no column 'price'; it has 'user', 'bought': correct prepare.columns or "
        "prepare.tasks",
    ),
    "other columns in the tenth file": (
        "csv",
        {
            f"raw/{n:02}.csv": HEADER.replace(b"price", b"cost" if n == 9 else b"price") + ROWS
            for n in range(12)
        },
        "ColumnNotFound",
        "raw/09.csv has no column 'price'; it has 'user', 'cost', 'bought': give it the columns of",
    ),
    "other keys in the second file": (
        "jsonLines",
        {"raw/1.jsonl": LINES, "raw/2.jsonl": LINES.replace(b"price", b"cost")},
        "ColumnNotFound",
        "raw/2.jsonl has no column 'price'; it has 'user', 'cost', 'bought'",
    ),
    "other columns in the second file": (
        "parquet",
        {"raw/1.parquet": parquet(), "raw/2.parquet": parquet(price=None)},
        "ColumnNotFound",
        "raw/2.parquet has no column 'price'; it has 'user', 'bought'",
    ),
    "a folder without such files": (
        "parquet",
        {"raw/1.csv": HEADER, "raw/2.csv": HEADER},
        "InputNotFound",
        "raw: no file ends in .parquet, .parq, .pq; found '1.csv', '2.csv'",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_not_there_is_said(tmp_path: Path, case: str) -> None:
    kind, files, reason, says = OTHERS[case]
    failure = refused(source_at(tmp_path, kind, files), store_in(tmp_path))
    assert failure.reason == reason
    assert says in failure.message


@pytest.mark.parametrize("kind", ["csv", "jsonLines"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_one_endless_line_takes_no_memory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    pack: Callable[[bytes], bytes],
) -> None:
    monkeypatch.setattr(lines, "LONGEST_ROW", 1 << 20)
    monkeypatch.setattr("hone_trainer.sources.source.PIECE_BYTES", 1 << 20)
    start = HEADER if kind == "csv" else LINES
    endless = b'{"user":"' if kind == "jsonLines" else b""
    data = pack(start + endless + b"x" * (8 << 20) + b"\n" + start)
    ending = {"csv": ".csv", "jsonLines": ".jsonl"}[kind] + (".gz" if pack is gzip.compress else "")
    failure = refused(source_at(tmp_path, kind, {f"raw{ending}": data}), store_in(tmp_path))
    assert failure.reason == "UnreadableInput"
    assert "holds a row of more than 1 MiB" in failure.message
