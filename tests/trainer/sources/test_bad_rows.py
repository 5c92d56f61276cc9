"""Rows that cannot be understood are named, and all others are read."""

import gzip
from pathlib import Path

import pytest

from tests.trainer.sourced import parquet, read, source_at, store_in

HEADER = b"user,price,bought\n"
ROWS = b"".join(b"u%d,%d,%d\n" % (n % 7, n, n % 2) for n in range(100))
LINES = b'{"user":"a","price":1,"bought":0}\n' * 3

Bad = tuple[int, str, str, str, str]
"""Row, column, text, reason, and how what is wanted begins."""
BAD: dict[str, tuple[str, dict[str, bytes], Bad]] = {
    "too few fields": (
        "csv",
        {"raw.csv": HEADER + b"a,1,0\nb,2\n"},
        (1, "", "b,2", "BrokenRow", "a row of 3 fields, but of 2"),
    ),
    "too many fields": (
        "csv",
        {"raw.csv": HEADER + b"a,1,0\nb,1,200.50,1\n"},
        (1, "", "b,1,200.50,1", "BrokenRow", "a row of 3 fields, but of 4: quote what holds ','"),
    ),
    "too few fields in the second file": (
        "csv",
        {"raw/1.csv": HEADER + ROWS, "raw/2.csv": HEADER + b"a,1,0\nb\n"},
        (101, "", "b", "BrokenRow", "a row of 3 fields, but of 1"),
    ),
    "a long broken row of many bytes a character": (
        "csv",
        {"raw.csv": HEADER + "é".encode() * 500 + b",1\n"},
        (0, "", "é" * 200, "BrokenRow", "a row of 3 fields, but of 2"),
    ),
    "Latin-1": (
        "csv",
        {"raw.csv": HEADER + ROWS + b"\xe9,1,0\n"},
        (100, "user", "\\xe9", "BadText", "UTF-8 text without NUL: save it as UTF-8"),
    ),
    "Latin-1 in a broken row": (
        "csv",
        {"raw.csv": HEADER + ROWS + b"\xe9,1\n"},
        (100, "", "\\xe9,1", "BrokenRow", "a row of 3 fields"),
    ),
    "Latin-1 in a number": (
        "csv",
        {"raw.csv": HEADER + b"a,1\xa0200,0\n"},
        (0, "price", "1\\xa0200", "BadNumber", "a finite number"),
    ),
    "Latin-1 in a label": (
        "csv",
        {"raw.csv": HEADER + b"a,1,\xe9\n"},
        (0, "bought", "\\xe9", "BadLabel", "0 or 1"),
    ),
    "NUL": (
        "csv",
        {"raw.csv": HEADER + b"a\x00b,1,0\nc,1,0\n"},
        (0, "user", "a\x00b", "BadText", "UTF-8 text without NUL"),
    ),
    "a decimal comma": (
        "csv",
        {"raw.csv.gz": gzip.compress(HEADER + ROWS + b'u1,"1,5",1\n')},
        (100, "price", "1,5", "BadNumber", "a finite number: write it as 1234.5"),
    ),
    "a very long value": (
        "csv",
        {"raw.csv": HEADER + b"a," + b"9" * 999 + b"x,0\n"},
        (0, "price", "9" * 200, "BadNumber", "a finite number"),
    ),
    "no JSON in a line": (
        "jsonLines",
        {"raw.jsonl": LINES + b"\n" + b'{"user":\n' + LINES},
        (3, "", '{"user":', "BrokenRow", "a JSON object: write one object a line"),
    ),
    "two objects in a line": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"a"}{"user":"b"}\n'},
        (3, "", '{"user":"a"}{"user":"b"}', "BrokenRow", "a JSON object"),
    ),
    "an object over two lines": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"a","price":1,"bought":1}\n{\n'},
        (4, "", "{", "BrokenRow", "a JSON object"),
    ),
    "Latin-1 in JSON": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"\xe9","price":1,"bought":0}\n'},
        (3, "", '{"user":"\\xe9","price":1,"bought":0}', "BrokenRow", "a JSON object"),
    ),
    "NUL in JSON": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"a\\u0000","price":1,"bought":0}\n'},
        (3, "user", "a\x00", "BadText", "UTF-8 text without NUL"),
    ),
    "half a character in JSON": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"\\ud800","price":1,"bought":0}\n'},
        (3, "user", "\\xed\\xa0\\x80", "BadText", "UTF-8 text"),
    ),
    "no number in JSON": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"a","price":"much","bought":0}\n'},
        (3, "price", "much", "BadNumber", "a finite number"),
    ),
    "an infinite number in JSON": (
        "jsonLines",
        {"raw.jsonl": LINES + b'{"user":"a","price":1e999,"bought":0}\n'},
        (3, "price", "1e999", "BadNumber", "a finite number"),
    ),
    "no label in Parquet": (
        "parquet",
        {"raw.parquet": parquet(bought=[1, 2])},
        (1, "bought", "2", "BadLabel", "0 or 1"),
    ),
    "an infinite number in Parquet": (
        "parquet",
        {"raw.parquet": parquet(price=[1.0, float("-inf")])},
        (1, "price", "-inf", "BadNumber", "a finite number"),
    ),
    "no number in a text of Parquet": (
        "parquet",
        {"raw.parquet": parquet(price=["1", "x"])},
        (1, "price", "x", "BadNumber", "a finite number"),
    ),
    "bytes in Parquet": (
        "parquet",
        {"raw.parquet": parquet(user=[b"a", b"\xff"])},
        (1, "user", "\\xff", "BadText", "UTF-8 text"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_named_and_the_others_are_read(tmp_path: Path, case: str) -> None:
    kind, files, (row, column, text, reason, wanted) = BAD[case]
    found = read(source_at(tmp_path, kind, files), store_in(tmp_path))
    (bad,) = found.bad
    assert (bad.row, bad.column, bad.text, bad.reason) == (row, column, text, reason)
    assert bad.wanted.startswith(wanted)
    assert row not in found.numbers
    assert len(found.numbers) == max(*found.numbers, row) if found.numbers else True
