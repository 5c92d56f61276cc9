"""Files without a row are no fault beside others; where there are no others, they are named."""

import gzip
import hashlib
from pathlib import Path

import pytest

from tests.trainer.sourced import parquet, read, refused, source_at, store_in

HEADER = b"user,price,bought\n"
LINE = b'{"user":"a","price":1,"bought":0}\n'
NO_ROWS = parquet(user=[], price=[], bought=[])
FULL = {"csv": HEADER + b"a,1,0\n", "jsonl": LINE, "parquet": parquet()}
KINDS = {"csv": "csv", "jsonl": "jsonLines", "parquet": "parquet"}
EMPTY = {
    "no bytes": ("csv", b""),
    "blank lines": ("csv", b"\r\n\n"),
    "a mark": ("csv", b"\xef\xbb\xbf"),
    "a header": ("csv", HEADER),
    "a header without an end": ("csv", HEADER[:-1]),
    "a header and a blank line": ("csv", HEADER + b"\r\n"),
    "another header": ("csv", b"other,names\n"),
    "no bytes in a .gz": ("csv.gz", b""),
    "no bytes, compressed": ("csv.gz", gzip.compress(b"")),
    "a header, compressed": ("csv.gz", gzip.compress(HEADER)),
    "no JSON": ("jsonl", b""),
    "blank JSON": ("jsonl", b"\n \n"),
    "a mark before JSON": ("jsonl", b"\xef\xbb\xbf"),
    "no JSON, compressed": ("jsonl.gz", gzip.compress(b"")),
    "no Parquet": ("parquet", b""),
    "Parquet of no rows": ("parquet", NO_ROWS),
    "Parquet of no rows and other columns": ("parquet", parquet(user=[], price=None, bought=None)),
}


@pytest.mark.parametrize("case", EMPTY)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_empty_file_among_others_is_no_rows(tmp_path: Path, case: str, place: int) -> None:
    ending, data = EMPTY[case]
    format_ = ending.removesuffix(".gz")
    files = {f"raw/{n}.{format_}": FULL[format_] for n in range(3) if n != place}
    source = source_at(tmp_path, KINDS[format_], files | {f"raw/{place}.{ending}": data})
    found = read(source, store_in(tmp_path))
    assert found.table["user"] == (["a", "b"] if format_ == "parquet" else ["a"]) * 2
    assert [len(rows) for rows in found.each] == [int(n != place) for n in range(3)]
    assert found.digests[place].sha256 == hashlib.sha256(data).hexdigest()
    assert found.pieces[place].facts["bytes"] == len(data)
    assert source.peek(store_in(tmp_path), 9).num_rows > 0


@pytest.mark.parametrize("case", EMPTY)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_nothing_but_empty_files_is_refused_by_name(tmp_path: Path, case: str, count: int) -> None:
    ending, data = EMPTY[case]
    kind = KINDS[ending.removesuffix(".gz")]
    source = source_at(tmp_path, kind, {f"raw/{n}.{ending}": data for n in range(count)})
    failure = refused(source, store_in(tmp_path))
    assert (failure.reason, failure.retry) == ("NoRowsLeft", False)
    assert f"raw/0.{ending}" in failure.message
    assert failure.message.endswith(f"write some, or correct prepare.source.{kind}.uri")
    assert ("and 2 more" in failure.message) == (count == 5)


def test_the_columns_of_others_are_held_against_the_first_file_with_rows(tmp_path: Path) -> None:
    files = {"raw/1.csv": b"", "raw/2.csv": FULL["csv"], "raw/3.csv": b"user,cost\na,1\n"}
    failure = refused(source_at(tmp_path, "csv", files), store_in(tmp_path))
    assert "raw/3.csv has no column 'price'" in failure.message
    assert f"give it the columns of {tmp_path}/raw/2.csv" in failure.message
