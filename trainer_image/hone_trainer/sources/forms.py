"""Columns of any type become rows in the three forms of a block; what fits none of them is named.

A bad value takes its whole row out. Rows that stay keep their numbers.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.sources import source
from hone_trainer.sources.source import BadRow, Rows
from hone_trainer.sources.values import Reading, convert, textual

if TYPE_CHECKING:
    from hone_trainer.columns import Column

WANTED: dict[Reading, tuple[str, str]] = {
    "text": ("BadText", "UTF-8 text without NUL: save it as UTF-8"),
    "number": ("BadNumber", "a finite number: write it as 1234.5"),
    "label": ("BadLabel", "0 or 1: write it as 0 and 1, or as false and true"),
    "time": ("BadTime", "a time: write it as 2026-01-31T12:00:00Z, or as seconds since 1970"),
}
"""Reason, and what should stand there."""
NO_UTF8 = "\0"
"""Stands before a byte that is no UTF-8: no value with it is a good one."""
_MARKED = "hone.marked"
SHOWN = 200
"""Characters of what is bad that are kept."""


def reading(column: Column) -> Reading:
    """Say how the values of a column are read."""
    form: Reading = column.value.form
    return "label" if column.kind == "label" and form == "number" else form


@dataclass(frozen=True)
class Parsed:
    """Rows as they were found.

    Attributes:
        arrays: for each wanted column its values (n,), of a type that fits.
        number: (n,) the number of each row in its piece.
        broken: rows that are not among them, as they could not be understood.
        count: rows, broken ones included.
    """

    arrays: Mapping[str, Any]
    number: NDArray[np.int64]
    broken: Sequence[BadRow]
    count: int

    @classmethod
    def of(cls, arrays: Mapping[str, Any], first: int, broken: Sequence[BadRow] = ()) -> Parsed:
        """Number the rows from ``first`` on, past the broken ones, whose numbers are known."""
        found = len(next(iter(arrays.values()))) if arrays else 0
        number = np.arange(first, first + found + len(broken), dtype=np.int64)
        left = np.delete(number, [row.row - first for row in broken])
        return cls(arrays, left, broken, len(number))

    def rows(self, columns: Sequence[Column]) -> Iterator[Rows]:
        """Return them in the three forms; see ``to_rows``."""
        return to_rows(self.arrays, columns, self.number, self.broken)


def to_rows(
    arrays: Mapping[str, Any],
    columns: Sequence[Column],
    number: NDArray[np.int64],
    broken: Sequence[BadRow] = (),
) -> Iterator[Rows]:
    """Return rows in the three forms, at most ``BLOCK_ROWS`` at a time.

    Args:
        arrays: for each wanted column its values (n,), of a type that fits.
        columns: what is wanted.
        number: (n,) the number of each row in its piece.
        broken: rows that are not among them, as they could not be understood.
    """
    table, bad = {}, list(broken)
    out = np.zeros(len(number), bool)
    for column in columns:
        array, how = _whole(arrays[column.name]), reading(column)
        table[column.name], wrong = convert(array, how)
        reason, wanted = wanted_of(array.type, how)
        for at in np.flatnonzero(wrong & ~out).tolist():
            text = show(_value(array[at]))
            bad.append(BadRow(int(number[at]), column.name, text, reason, wanted))
        out |= wrong
    good = pa.table(table)
    if out.any():
        good, number = good.filter(pa.array(~out)), number[~out]
    yield from _divide(good, number, sorted(bad, key=lambda row: row.row))


def wanted_of(kind: Any, how: Reading) -> tuple[str, str]:
    """Return the reason for a wrong value of an Arrow type, and what should stand there."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if how == "text" and not textual(value):
        return "BadText", "a whole number that a float holds exactly: write ids as text"
    return WANTED[how]


def show(value: Any) -> str:
    """Return a bad value, or the bytes of a bad row, as people can read it."""
    if isinstance(value, bytes):
        value = value[: SHOWN * 4].decode(errors="backslashreplace")
    return str(value).replace(f"{NO_UTF8}x", "\\x")[:SHOWN]


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):  # a time that Python's cannot hold
        return scalar.value


def as_utf8(data: bytes) -> bytes:
    """Return text in which each byte that is no UTF-8 stands as ``NO_UTF8`` and its number."""
    if data.isascii():
        return data
    try:
        pa.array([data], pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return data.decode(errors=_MARKED).encode()
    return data


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(f"{NO_UTF8}x{byte:02x}" for byte in bad), error.end


codecs.register_error(_MARKED, _mark)


def _divide(table: Any, number: NDArray[np.int64], bad: list[BadRow]) -> Iterator[Rows]:
    step = source.BLOCK_ROWS
    if len(number) <= step:
        if len(number) or bad:
            yield Rows(table, number, tuple(bad))
        return
    for start in range(0, len(number), step):
        part = number[start : start + step]
        last = start + step >= len(number)
        mine = [row for row in bad if last or row.row < part[-1]]
        bad = bad[len(mine) :]
        yield Rows(table.slice(start, step), part, tuple(mine))


def _whole(array: Any) -> Any:
    if not isinstance(array, pa.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    return (
        array.unify_dictionaries().combine_chunks()
        if array.num_chunks
        else pa.array([], array.type)
    )
