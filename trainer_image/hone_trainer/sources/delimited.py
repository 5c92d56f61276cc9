"""Rows of delimited text, by Arrow's parser; values that it refuses are read as bytes instead."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import TYPES
from hone_trainer.sources.forms import NO_UTF8, Parsed, as_utf8, reading, show
from hone_trainer.sources.lines import Slice
from hone_trainer.sources.source import BadRow
from hone_trainer.sources.spelling import NO_NUMBER

if TYPE_CHECKING:
    from hone_trainer.columns import Column

_NULLS = ["NaN", *(form for name in NO_NUMBER for form in {name, name.upper(), name.title()})]
_PAGE = 64 << 10
_WHOLE, _ZONED = re.compile(r"\s*[+-]?\d+\s*"), re.compile(r".*[T ][\d:.]+(Z|[+-][\d:]+)\s*")


def parse(
    part: Slice,
    header: Sequence[str],
    delimiter: str,
    columns: Sequence[Column],
    first: int,
    uri: str,
) -> Parsed:
    """Return the rows of a slice.

    Args:
        part: whole rows, and perhaps one more that has no end.
        header: names of the fields, in their order.
        delimiter: what separates them.
        columns: what is wanted.
        first: number of the slice's first row in its piece.
        uri: the file, for messages.

    Raises:
        StageFailure: Arrow gives up for a reason of its own (``UnreadableInput``).
    """
    places = {column.name: str(header.index(column.name)) for column in columns}
    names = [str(index) for index in range(len(header))]
    data = as_utf8(part.data)
    plain = {places[c.name]: _type(c, data, places, delimiter) for c in columns}
    careful = {
        place: kind if kind == TYPES["text"] else pa.string() for place, kind in plain.items()
    }
    try:
        table, skipped = _read(data, names, plain, delimiter)
        again = any(_infinite(column) for column in table.columns)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        again = True
    if again:
        try:
            table, skipped = _read(data, names, careful, delimiter)
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise _unreadable(uri, error) from None
    broken = []
    for row in skipped:
        wanted = f"a row of {len(header)} fields, but of {row.actual_columns}"
        wanted += f": {_remedy(row, header, delimiter)}"
        broken.append(BadRow(first + row.number - 1, "", show(row.text), "BrokenRow", wanted))
    if part.torn:
        last = first + table.num_rows + len(skipped)
        wanted = "a row that ends: close its quotation mark"
        broken.append(BadRow(last, "", show(part.torn), "BrokenRow", wanted))
    arrays = {column.name: table.column(places[column.name]) for column in columns}
    return Parsed.of(arrays, first, broken)


def _remedy(row: Any, header: Sequence[str], delimiter: str) -> str:
    """Say what to do about a row of too many fields, or of too few."""
    last = str(row.text).rstrip("\r\n").endswith(delimiter)
    if row.actual_columns == len(header) + 1 and last:
        return f"take the {delimiter!r} at its end away, or end the header line with one too"
    if row.actual_columns == len(header) - 1 and not header[-1]:
        return f"take the {delimiter!r} at the end of the header line away"
    return f"quote what holds {delimiter!r} or a line break"


def show_texts(data: bytes, header: Sequence[str], delimiter: str, uri: str) -> Any:
    """Return whole rows as a table of texts, null where a field is empty; broken rows are left out.

    Args:
        data: the rows.
        header: names of the fields, in their order; of two with one name, the first counts.
        delimiter: what separates them.
        uri: the file, for messages.
    """
    names = [str(index) for index in range(len(header))]
    places = {name: str(header.index(name)) for name in header}
    try:
        table, _ = _read(
            as_utf8(data), names, dict.fromkeys(places.values(), pa.string()), delimiter
        )
    except pa.ArrowInvalid as error:
        raise _unreadable(uri, error) from None
    return pa.table({name: _shown(table.column(place)) for name, place in places.items()})


def _shown(column: Any) -> Any:
    texts = pc.replace_substring(column, f"{NO_UTF8}x", "\\x")
    return pc.if_else(pc.equal(texts, pa.scalar("")), pa.scalar(None, pa.string()), texts)


def _unreadable(uri: str, error: Exception) -> StageFailure:
    return StageFailure("UnreadableInput", f"{uri}: {str(error).splitlines()[0][:200]}")


def _read(
    data: bytes, names: list[str], types: dict[str, Any], delimiter: str
) -> tuple[Any, list[Any]]:
    skipped: list[Any] = []

    def skip(row: Any) -> Literal["skip"]:
        skipped.append(row)
        return "skip"

    reader: Any = pa.BufferReader(data or b"\n")
    table = arrow.read_csv(
        reader,
        # One block, as every block has a dictionary of its own; threads lose the rows' numbers.
        arrow.ReadOptions(use_threads=False, block_size=len(data) + 2, column_names=names),
        arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
        arrow.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            strings_can_be_null=False,
            null_values=_NULLS,
        ),
    )
    return table, skipped


def _type(column: Column, data: bytes, places: dict[str, str], delimiter: str) -> Any:
    how = reading(column)
    if how in ("text", "label"):
        return TYPES["text"]
    if how == "number":
        return TYPES["number"]
    text = _first_value(data, int(places[column.name]), delimiter)
    if _WHOLE.fullmatch(text):
        return pa.int64()
    return pa.timestamp("us", "UTC") if _ZONED.fullmatch(text) else TYPES["time"]


def _infinite(column: Any) -> bool:
    """Say whether a number is too large, whose text is to be shown."""
    return pa.types.is_floating(column.type) and bool(pc.any(pc.is_inf(column)).as_py())


def _first_value(data: bytes, place: int, delimiter: str) -> str:
    start = data[:_PAGE].decode(errors="replace")
    try:
        row = next(csv.reader(start.splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error:
        return ""
    return row[place] if place < len(row) else ""
