"""Rows of one slice of a source, small enough for memory: what every step of a preparation takes.

Columns keep the names of the source and have one of three forms, whatever the source's were:

- text (ids, texts, keys): dictionary-encoded strings, null where missing;
- number (numbers, the label): float64, NaN where missing, never a null;
- time: microseconds since 1970 in UTC as ``timestamp("us")``, null where missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Form = Literal["text", "number", "time"]
TYPES: dict[Form, Any] = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "number": pa.float64(),
    "time": pa.timestamp("us"),
}
NO_TIME = int(np.iinfo(np.int64).min)
"""What stands for a missing time among integers."""
_ROWS, _PARTS = "\x00rows", "\x00parts"
"""Names that no column of a source has: a null is not text."""


@dataclass(frozen=True)
class Texts:
    """A text column: codes (rows,) int32 into words, -1 where missing.

    Words may include some that no row has any more.
    """

    codes: NDArray[np.int32]
    words: Any
    """``pa.StringArray`` of distinct words."""

    @property
    def distinct(self) -> Any:
        """The words for whoever looks each of them up: an Arrow array, or a list of a few."""
        return self.words

    def array(self) -> Any:
        """Return the column as it stands in a table."""
        codes = pa.array(self.codes, mask=self.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, self.words)


@dataclass(frozen=True)
class Block:
    """Rows of one slice of a source.

    Attributes:
        table: the columns, by their names in the source.
        rows: (n,) the number of each row in the source, ascending.
        parts: (n,) index into ``dataset.PARTS``; all 0 before rows are placed.
    """

    table: Any
    rows: NDArray[np.int64]
    parts: NDArray[np.int8]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @classmethod
    def of(cls, table: Any, first: int = 0) -> Block:
        """Wrap rows that were just read.

        Args:
            table: columns in the three forms.
            first: number of the first row in the source.
        """
        count = table.num_rows
        rows = np.arange(first, first + count, dtype=np.int64)
        return cls(table.combine_chunks().unify_dictionaries(), rows, np.zeros(count, np.int8))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a number column (n,), NaN where missing; read-only."""
        values: NDArray[np.float64] = self._array(name).to_numpy(zero_copy_only=False)
        return values

    def texts(self, name: str) -> Texts:
        """Return a text column as codes and words."""
        array = self._array(name)
        codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return Texts(codes.astype(np.int32, copy=False), array.dictionary)

    def times(self, name: str) -> NDArray[np.int64]:
        """Return a time column (n,) in microseconds since 1970, ``NO_TIME`` where missing."""
        whole = self._array(name).cast(pa.int64()).fill_null(NO_TIME)
        values: NDArray[np.int64] = whole.to_numpy(zero_copy_only=False)
        return values

    def form(self, name: str) -> Form:
        """Say in which of the three forms a column is."""
        kind = self.table.schema.field(name).type
        return next(form for form, known in TYPES.items() if kind == known)

    def missing(self, name: str) -> NDArray[np.bool_]:
        """Say for each row (n,) whether a column has no value."""
        if self.form(name) == "number":
            return np.isnan(self.numbers(name))
        nulls: NDArray[np.bool_] = self._array(name).is_null().to_numpy(zero_copy_only=False)
        return nulls

    def lacks(self, name: str) -> bool:
        """Say whether a column has no value in some row."""
        return bool(np.count_nonzero(self.missing(name)))

    def keep(self, chosen: NDArray[np.bool_]) -> Block:
        """Return the rows for which ``chosen`` (n,) is true."""
        if np.count_nonzero(chosen) == len(chosen):
            return self
        table = self.table.filter(pa.array(chosen))
        return Block(table, self.rows[chosen], self.parts[chosen])

    def part(self, index: int) -> Block:
        """Return the rows of one part."""
        return self.keep(self.parts == index)

    def placed(self, parts: NDArray[np.int8]) -> Block:
        """Return the same rows, each in the part that is said."""
        return replace(self, parts=parts)

    def put(self, name: str, values: Any) -> Block:
        """Return the block with a column replaced or added.

        Args:
            name: the column.
            values: an Arrow array in one of the three forms, texts, or float64 numbers (n,).
        """
        array = pa.array(values) if isinstance(values, np.ndarray) else values
        array = array.array() if isinstance(array, Texts) else array
        index = self.table.schema.get_field_index(name)
        if index < 0:
            return replace(self, table=self.table.append_column(name, array))
        return replace(self, table=self.table.set_column(index, name, array))

    def pack(self) -> Any:
        """Return one table that holds everything, for a file."""
        table = self.table.append_column(_ROWS, pa.array(self.rows))
        return table.append_column(_PARTS, pa.array(self.parts))

    @classmethod
    def unpack(cls, table: Any) -> Block:
        """Take such a table apart again."""
        columns = table.drop_columns([_ROWS, _PARTS]).combine_chunks().unify_dictionaries()
        rows = table.column(_ROWS).to_numpy()
        return cls(columns, rows, table.column(_PARTS).to_numpy())

    def _array(self, name: str) -> Any:
        column = self.table.column(name)
        if column.num_chunks == 1:
            return column.chunk(0)
        return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def join(blocks: list[Block]) -> Block:
    """Return the rows of several blocks as one."""
    table = pa.concat_tables([block.table for block in blocks])
    return Block(
        table.unify_dictionaries().combine_chunks(),
        np.concatenate([block.rows for block in blocks]),
        np.concatenate([block.parts for block in blocks]),
    )
