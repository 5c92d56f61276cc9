"""Rows of JSON objects, by Arrow's parser; what it refuses is read line by line instead."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import json as arrow

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.forms import Parsed, as_utf8, reading, show
from hone_trainer.sources.source import BadRow
from hone_trainer.sources.values import STRAY, Reading

if TYPE_CHECKING:
    from hone_trainer.columns import Column

_TYPES: dict[str, Any] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "truth": pa.bool_(),
}
_NESTED = "nested"
_SPELT = "spelt"
"""Numbers that are wanted as they are written, which Arrow does not keep."""


@dataclass(frozen=True)
class Seen:
    """What the first rows of a file show.

    Attributes:
        keys: all keys.
        types: for each wanted column what most of its values are: a key of ``_TYPES``, or spelt.
        body: where the rows begin, in bytes.
    """

    keys: Sequence[str]
    types: dict[str, str]
    body: int

    @property
    def floats(self) -> list[str]:
        """Columns that are wanted as text and hold floating numbers."""
        return [name for name, kind in self.types.items() if kind == _SPELT]


def see(start: bytes, whole: bool, columns: Sequence[Column], uri: str) -> Seen:
    """Look at the first rows of a file.

    Args:
        start: its first bytes.
        whole: whether these are all of it.
        columns: what is wanted.
        uri: the file, for messages.

    Raises:
        StageFailure: there is no object at all, or a list of them (``UnreadableInput``).
    """
    body = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    text = start[body:]
    lines = (text if whole else text[: text.rfind(b"\n") + 1] or text).split(b"\n")
    known = [row for line in lines if isinstance(row := _load(line), dict)]
    if not known or text.lstrip().startswith(b"["):
        if b"\r" in text and b"\n" not in text:
            message = f"{uri}: its lines end with a carriage return alone"
            raise StageFailure("UnreadableInput", f"{message}: end each with a line feed")
        message = f"{uri} does not begin with a JSON object"
        raise StageFailure("UnreadableInput", f"{message}: write one object a line, no list")
    types = {}
    for column in columns:
        values = (row.get(column.name) for row in known)
        kinds = Counter(_kind(value) for value in values if value is not None)
        del kinds[_NESTED]  # such a row is a bad one, wherever it stands
        types[column.name] = _type(kinds, column)
    return Seen(list(dict.fromkeys(key for row in known for key in row)), types, body)


def parse(data: bytes, types: Mapping[str, str], columns: Sequence[Column], first: int) -> Parsed:
    """Return the rows of a slice.

    Args:
        data: whole lines.
        types: what ``see`` found.
        columns: what is wanted.
        first: number of the slice's first row in its piece.
    """
    table = _read(data, types, columns)
    if table is not None:
        return Parsed.of({c.name: table.column(c.name) for c in columns}, first)
    return _read_lines(data, columns, first)


def show_values(data: bytes, rows: int) -> Any:
    """Return the first rows of whole lines as a table; what is no row is left out.

    A key under which stand lists or objects is a column of nulls of such a type; where only a few
    do, these are faults, and null.

    Args:
        data: whole lines.
        rows: how many at most.
    """
    lines = [line for line in data.split(b"\n") if line.strip()][:rows]
    known = [row for line in lines if isinstance(row := _load(line), dict)]
    table = {}
    for key in dict.fromkeys(key for row in known for key in row):
        values = [row.get(key) for row in known]
        kinds = Counter(_kind(value) for value in values if value is not None)
        if kinds.pop(_NESTED, 0) > STRAY * kinds.total():
            lists = any(isinstance(value, list) for value in values)
            table[key] = pa.nulls(len(known), pa.list_(pa.null()) if lists else pa.struct({}))
        else:
            table[key] = _typed(values, set(kinds))
    return pa.table(table)


def _typed(values: list[Any], kinds: set[str]) -> Any:
    none = type(None), dict, list
    texts = [None if isinstance(value, none) else show(_text(value)) for value in values]
    array = pa.array(texts, pa.string())
    kind = "number" if kinds == {"whole", "number"} else min(kinds, default="text")
    if len(kinds) > 1 and kind != "number":
        return array
    try:
        return array.cast(_TYPES[kind])
    except pa.ArrowInvalid:  # too large for 64 bits
        return array


def _read(data: bytes, types: Mapping[str, str], columns: Sequence[Column]) -> Any:
    """Return a table; None where not every line is an object of these types, or not UTF-8."""
    if _SPELT in types.values() or as_utf8(data) is not data:
        return None
    schema = pa.schema([(column.name, _TYPES[types[column.name]]) for column in columns])
    reader: Any = pa.BufferReader(data)
    try:
        table = arrow.read_json(
            reader,
            arrow.ReadOptions(use_threads=False, block_size=len(data) + 1),
            arrow.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if table.num_rows != lines:
        lines = sum(1 for line in data.split(b"\n") if line.strip())
    return table if table.num_rows == lines else None


def _read_lines(data: bytes, columns: Sequence[Column], first: int) -> Parsed:
    values: dict[str, list[bytes | None]] = {column.name: [] for column in columns}
    ways = [reading(column) for column in columns]
    broken: list[BadRow] = []
    number = first
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        row = _load(line)
        nested = None
        if isinstance(row, dict):
            each = [row.get(name) for name in values]
            nested = next(
                (k for k, value in enumerate(each) if isinstance(value, dict | list)), None
            )
        if not isinstance(row, dict):
            wanted = "a JSON object: write one object a line, in UTF-8"
            broken.append(BadRow(number, "", show(line), "BrokenRow", wanted))
        elif nested is not None:
            name = list(values)[nested]
            text = json.dumps(json.loads(line)[name])  # with its numbers as such
            wanted = "a single value: write one, or leave the column out"
            broken.append(BadRow(number, name, show(text), "NestedValue", wanted))
        else:
            for found, value, how in zip(values.values(), each, ways, strict=True):
                found.append(_text(value, how))
        number += 1
    arrays = {name: pa.array(found, pa.binary()) for name, found in values.items()}
    return Parsed.of(arrays, first, broken)


def _load(line: bytes) -> Any:
    """Read a line; numbers keep how they are written. None where it is no JSON."""
    try:
        return json.loads(
            line.decode(), parse_float=_Number, parse_int=_Whole, parse_constant=_constant
        )
    except (ValueError, RecursionError):
        return None


def _constant(word: str) -> _Number | None:
    """Read what Python writes beside the numbers of JSON; NaN is what is missing."""
    return None if word == "NaN" else _Number(word)


class _Number(str):
    """A number as it is written."""


class _Whole(_Number):
    """A whole number as it is written."""


def _kind(value: Any) -> str:
    if isinstance(value, dict | list):
        return _NESTED
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, _Number):
        return "whole" if isinstance(value, _Whole) else "number"
    return "text"


def _type(kinds: Counter[str], column: Column) -> str:
    """Say as what most values can be read at once."""
    numeric = reading(column) in ("number", "label")
    if not kinds:
        return "number" if numeric else "text"
    kind = kinds.most_common(1)[0][0]
    if numeric:
        return "number" if kind == "whole" else kind
    return kind if kind != "number" else _SPELT


def _text(value: Any, how: Reading = "text") -> bytes | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return json.dumps(int(value) if how == "number" else value).encode()
    return str(value).encode(errors="surrogatepass")
