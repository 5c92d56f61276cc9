"""What can be seen of a column of raw values, whatever type the source gave them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME
from hone_trainer.sources.values import STRAY, convert, fits, fits_any

_DATE = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}"
EXACT = float(2**53)
"""Whole numbers below it are told apart as floats."""
_PADDED = r"^0[0-9]+$"
"""Digits that are no number: as one they would lose their first."""


@dataclass(frozen=True)
class ColumnProfile:
    """A column; what can be seen of it is worked out when somebody asks."""

    name: str
    array: Any
    """``pa.Array`` (rows,) of any type."""
    different: int
    """Rows of the table that differ from each other: copies of a row count once."""
    twins: bool = False
    """Whether another column bears the same name."""

    @classmethod
    def over(cls, table: Any) -> Iterator[ColumnProfile]:
        """Look at each column of a table."""
        names = table.column_names
        whole = table.rename_columns([str(index) for index in range(len(names))])
        simple = [n for n in whole.column_names if fits_any(whole[n].type)]
        different = whole.group_by(simple, use_threads=False).aggregate([]).num_rows
        for name, column in zip(names, table.columns, strict=True):
            yield cls(name, _whole(column), different, names.count(name) > 1)

    @property
    def rows(self) -> int:
        """How many values there are, missing ones included."""
        return len(self.array)

    @cached_property
    def kind(self) -> Any:
        """The Arrow type of its values."""
        kind = self.array.type
        return kind.value_type if pa.types.is_dictionary(kind) else kind

    @cached_property
    def words(self) -> Any:
        """Its known values (n,) as ``pa.StringArray``, trimmed; none where it has no texts."""
        if not fits(self.kind, "text"):
            return pa.array([], pa.string())
        return convert(self.array, "text")[0].drop_null().cast(pa.string())

    @cached_property
    def distinct(self) -> list[str]:
        """Its different texts, most frequent first, ties in alphabetical order."""
        counts = pa.table({"word": self.words}).group_by("word", use_threads=False)
        table = counts.aggregate([([], "count_all")])
        order = [("count_all", "descending"), ("word", "ascending")]
        found: list[str] = table.sort_by(order)["word"].to_pylist()
        return found

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """Its finite numbers (n,)."""
        if not fits(self.kind, "number"):
            return np.zeros(0)
        values, wrong = convert(self.array, "number")
        found = values.to_numpy(zero_copy_only=False)
        return np.asarray(found[~wrong & np.isfinite(found)])

    @cached_property
    def exact(self) -> NDArray[Any]:
        """Its finite numbers (n,); Python's where a float would not tell whole ones apart."""
        if not len(self.numbers) or np.abs(self.numbers).max() < EXACT:
            return self.numbers
        values, wrong = convert(self.words, "number")
        known = np.isfinite(values.to_numpy(zero_copy_only=False)) & ~wrong
        if known.sum() != len(self.numbers):  # floats, some of which are no ids
            return self.numbers
        words = self.words.filter(pa.array(known)).to_pylist()
        whole = re.compile(r"[+-]?[0-9]+")
        return np.array([int(w) if whole.fullmatch(w) else float(w) for w in words], object)

    @cached_property
    def strays(self) -> int:
        """How many of its values are no numbers and not missing either."""
        return (
            int(convert(self.array, "number")[1].sum()) if fits(self.kind, "number") else self.rows
        )

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """Its moments (n,) in microseconds since 1970; none where more than a few are none."""
        none = np.zeros(0, np.int64)
        if not fits(self.kind, "time"):
            return none
        values, wrong = convert(self.array, "time")
        found = values.cast(pa.int64()).fill_null(NO_TIME).to_numpy()
        found = np.asarray(found[found != NO_TIME])
        return found if wrong.sum() <= STRAY * len(found) else none

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers by their type, or nearly all are written as such."""
        if pa.types.is_boolean(self.kind) or not len(self.numbers):
            return False
        if pa.types.is_primitive(self.kind) or pa.types.is_decimal(self.kind):
            return True
        return self.strays <= STRAY * len(self.numbers) and not self._any(_PADDED)

    @property
    def binary(self) -> bool:
        """Whether its values are bytes that are no text, but for a few."""
        if not (pa.types.is_binary(self.kind) or pa.types.is_large_binary(self.kind)):
            return False
        wrong = int(convert(self.array, "text")[1].sum())
        return bool(wrong > STRAY * (self.rows - self.array.null_count))

    @property
    def dated(self) -> bool:
        """Whether its values are dates by their type, or nearly all are written as such."""
        if pa.types.is_temporal(self.kind):
            return True
        if not len(self.words):
            return False
        written = pc.sum(pc.match_substring_regex(self.words, _DATE)).as_py()
        return bool(written >= (1 - STRAY) * len(self.words))

    @property
    def unique(self) -> bool:
        """Whether no two rows have the same value, but for copies of whole rows."""
        if self.numeric:
            return len(np.unique(self.exact)) == self.different and not self.strays
        return len(self.distinct) == self.different

    def _any(self, pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(self.words, pattern)).as_py())


def _whole(column: Any) -> Any:
    if column.num_chunks == 1:
        return column.chunk(0)
    found = column.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
