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

    Of a file without rows, one batch without any: it has columns, too.

    Args:
        path: of the file.
        delimiter: what stands between the fields of a CSV.

    Raises:
        StageFailure: UnknownFormat, or it cannot be read (UnreadableInput).
    """
    import pyarrow as pa

    kind = kind_of(path)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        message = f"--delimiter {delimiter!r} parts no fields"
        raise StageFailure("WrongOption", f"{message}: give one character, such as ;")
    try:
        if kind == CSV:
            yield from _csv(path, delimiter)
        elif kind == PARQUET:
            yield from _parquet(path)
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
        try:
            names = next(words.reader(file, delimiter=delimiter), [])
        except words.Error as error:
            message = f"{path}, line 1: {error}"
            raise StageFailure("UnreadableInput", f"{message}: correct the file") from None
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parse = csv.ParseOptions(newlines_in_values=True, delimiter=delimiter)
    with csv.open_csv(path, convert_options=options, parse_options=parse) as reader:
        found = False
        for batch in reader:
            for start in range(0, batch.num_rows, ROWS):
                found = True
                yield batch.slice(start, ROWS)
        if not found:
            yield pa.RecordBatch.from_pylist([], reader.schema)


def _parquet(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        if not file.metadata.num_rows:
            yield pa.RecordBatch.from_pylist([], file.schema_arrow)
        yield from file.iter_batches(ROWS)


def _json_lines(path: Path) -> Iterator[list[Any]]:
    rows: list[Any] = []
    found = False
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
                found = True
                yield rows
                rows = []
    if rows or not found:
        yield rows
