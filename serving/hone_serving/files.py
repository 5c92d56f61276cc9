"""Files of rows, a bounded number at a time: CSV, JSON lines and Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hone_trainer.contract.assignment import StageFailure

ROWS = 4096
"""Rows that are read at a time."""
CSV, PARQUET = ".csv", ".parquet"
JSON_LINES = (".jsonl", ".ndjson")
KINDS = (CSV, *JSON_LINES, PARQUET)


def kind_of(path: Path) -> str:
    """Return the ending by which a file is understood.

    Raises:
        StageFailure: it is of no kind that is known (UnknownFormat).
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        message = f"{path.name} ends with none of {', '.join(KINDS)}"
        raise StageFailure("UnknownFormat", f"{message}: rename it, or convert it")
    return kind


def read(path: Path, delimiter: str = ",") -> Iterator[Any]:
    """Yield the rows of a file: Arrow batches, whose texts stay texts, or lists of dicts.

    Args:
        path: of the file.
        delimiter: what stands between the fields of a CSV.

    Raises:
        StageFailure: UnknownFormat, or it cannot be read (UnreadableInput).
    """
    import pyarrow as pa
    from pyarrow import parquet

    kind = kind_of(path)
    try:
        if kind == CSV:
            yield from _csv(path, delimiter)
        elif kind == PARQUET:
            yield from parquet.ParquetFile(path).iter_batches(ROWS)
        else:
            yield from _json_lines(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError, StopIteration) as error:
        what = (str(error).splitlines() or ["it is empty"])[0][:200]
        message = f"{path}: {what}"
        raise StageFailure("UnreadableInput", f"{message}: correct the file") from None


def _csv(path: Path, delimiter: str) -> Iterator[Any]:
    """Yield batches with every column as text, which each column reads by itself."""
    import csv as words

    import pyarrow as pa
    from pyarrow import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(words.reader(file, delimiter=delimiter), [])
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parse = csv.ParseOptions(newlines_in_values=True, delimiter=delimiter)
    with csv.open_csv(path, convert_options=options, parse_options=parse) as reader:
        for batch in reader:
            for start in range(0, batch.num_rows, ROWS):
                yield batch.slice(start, ROWS)


def _json_lines(path: Path) -> Iterator[list[Any]]:
    rows: list[Any] = []
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                message = f"{path}, line {number}: {error}"
                raise StageFailure("UnreadableInput", f"{message}: correct the file") from None
            if len(rows) == ROWS:
                yield rows
                rows = []
    if rows:
        yield rows
