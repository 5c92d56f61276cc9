"""Rows that no source read, such as those of a request, in the forms that every column knows.

They come as a list of dicts, a dict of lists, an Arrow table or a data frame. Values are understood
as those of a source are: an id may be a number, a time a text. What cannot be read costs its row
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint
from hone_trainer.rows.block import TYPES, Block, Form
from hone_trainer.rows.few_rows import FewRows
from hone_trainer.rows.tokens import Tokens, compute
from hone_trainer.sources.forms import WANTED, reading, show, to_rows, wanted_of
from hone_trainer.sources.values import convert, fits
from hone_trainer.transform.plain_values import MOST, plain

if TYPE_CHECKING:
    from hone_trainer.columns import Column

TABLES = (pa.Table, pa.RecordBatch)
MIXED = (pa.ArrowException, OverflowError, ValueError, TypeError)
"""What Arrow raises for values that are not all of one kind that it knows."""


@dataclass
class RawRows:
    """Rows in any form, column by column."""

    given: Any
    refused: dict[int, str] = field(default_factory=dict)
    """Row -> why it cannot be read; grows while columns are."""

    def __post_init__(self) -> None:
        """See that they are rows at all.

        Raises:
            StageFailure: they are not (RowsUnreadable).
        """
        known = isinstance(self.given, TABLES) or not _single(self.given)
        if not known and not isinstance(self.given, Mapping):
            what = f"rows are {type(self.given).__name__}"
            raise StageFailure("RowsUnreadable", f"{what}: give a list of dicts, one a row")
        if self.listed:
            for k, row in enumerate(self.given):
                if not isinstance(row, Mapping):
                    kind = type(row).__name__
                    self.refused[k] = f"the row is {kind} and no dict of columns"

    @property
    def listed(self) -> bool:
        """Whether each row says which columns it has."""
        return isinstance(self.given, Sequence)

    def __len__(self) -> int:
        """Number of rows."""
        if isinstance(self.given, TABLES):
            return int(self.given.num_rows)
        if isinstance(self.given, Mapping):
            return len(next(iter(self.given.values()), ()))
        return len(self.given)

    def block(self, columns: Sequence[Column], absent: Mapping[str, Form]) -> Block:
        """Return the rows that can be read; ``Block.rows`` tells which they are.

        Args:
            columns: those that are read, but for those that are made of others.
            absent: columns that only training has: they are missing.

        Raises:
            StageFailure: a column is not there at all (ColumnNotFound), or of a type that it cannot
                have (WrongColumnKind).
        """
        if (few := self._few(columns, absent)) is not None:
            return few
        arrays = {column.name: self._array(column) for column in columns}
        found = list(to_rows(arrays, columns, np.arange(len(self))))
        for bad in (bad for part in found for bad in part.bad):
            text = f"column {bad.column!r}: {bad.text!r} is not {bad.wanted}"
            self.refused.setdefault(bad.row, text)
        empty = pa.table({each.name: pa.array([], TYPES[each.value.form]) for each in columns})
        table = pa.concat_tables([part.table for part in found]) if found else empty
        number = np.concatenate([part.number for part in found]) if found else np.arange(0)
        if not columns:
            number = np.arange(len(self))
        for name, form in absent.items():
            none = pa.nulls(len(number), TYPES[form])
            table = table.append_column(name, none.fill_null(np.nan) if form == "number" else none)
        block = Block.of(table)
        block = Block(block.table, number.astype(np.int64), np.zeros(len(number), np.int8))
        return block.keep(~np.isin(number, list(self.refused))) if self.refused else block

    def _few(self, columns: Sequence[Column], absent: Mapping[str, Form]) -> Block | None:
        """Return a few rows whose values are plain; None where they are not, or many."""
        if not self.listed or self.refused or not 0 < len(self) <= MOST:
            return None
        count = len(self)
        found: dict[str, Any] = {}
        for column in columns:
            name = column.name
            values = plain([row.get(name) for row in self.given], column.value.form)
            if values is None:
                return None
            found[name] = values
        for name, form in absent.items():
            found[name] = plain([None] * count, form)
        return FewRows(None, np.arange(count), np.zeros(count, np.int8), found)

    def histories(self, column: Column) -> Tokens:
        """Return the ids that a sequence column holds, row by row, the last one the latest.

        Raises:
            StageFailure: the column is not there at all (ColumnNotFound).
        """
        values = self._values(column.name, needed=True)
        array = _whole(values)
        if array is None or not _lists(array.type):
            array = self._one_by_one(values, column, _texts)
        inner = array.type.value_type if array.type.num_fields == 1 else pa.string()
        lists = array.cast(pa.list_(inner))
        texts, _ = convert(lists.flatten(), "text")
        there = texts.is_valid().to_numpy(zero_copy_only=False)
        owner = compute.list_parent_indices(lists).to_numpy()[there]
        ends = np.cumsum(np.bincount(owner, minlength=len(lists)), dtype=np.int64)
        return Tokens(texts.dictionary, texts.indices.drop_null().to_numpy(), ends)

    def _array(self, column: Column) -> Any:
        """Return a column (n,) as an Arrow array of a type that fits."""
        how, form = reading(column), column.value.form
        values = self._values(column.name, needed=column.value.whole)
        if values is None:
            return pa.nulls(len(self), TYPES[form])
        array = _whole(values)
        if array is not None and fits(array.type, how):
            return array
        if array is not None and isinstance(self.given, TABLES):
            message = f"column {column.name!r} holds {array.type}, which is no {column.kind}"
            raise StageFailure("WrongColumnKind", f"{message}: give {WANTED[how][1]}")

        def one(value: Any) -> Any:
            alone = pa.array([value], from_pandas=True)
            if not fits(alone.type, how):
                raise TypeError(how)
            found, wrong = convert(alone, how)
            if wrong[0]:
                raise ValueError(how)
            return found[0]

        return self._one_by_one(values, column, one, TYPES[form])

    def _one_by_one(self, values: Any, column: Column, read: Any, kind: Any = None) -> Any:
        """Return a column of which each value is read by itself; what cannot be costs its row."""
        listed = values.to_pylist() if isinstance(values, pa.Array) else list(values)
        found: list[Any] = []
        for k, value in enumerate(listed):
            try:
                found.append(None if value is None else read(value))
            except MIXED:
                wanted = _wanted(value, column) if kind else "a list of ids"
                text = f"column {column.name!r}: {show(value)!r} is not {wanted}"
                self.refused.setdefault(k, text)
                found.append(None)
        if kind is None:
            return pa.array(found, pa.list_(pa.string()))
        plain = [each.as_py() if isinstance(each, pa.Scalar) else each for each in found]
        value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
        return pa.array(plain, value_type)

    def _values(self, name: str, *, needed: bool) -> Any:
        """Return a column as it was given; None where it is not there and need not be.

        Raises:
            StageFailure: ColumnNotFound, WrongColumnKind.
        """
        given = self.given
        if self.listed:
            # A row that lacks it says that it is missing, as a row of JSON lines does.
            return [row.get(name) if isinstance(row, Mapping) else None for row in given]
        names = list(given.schema.names if isinstance(given, TABLES) else given)
        if name not in names:
            if not needed:
                return None
            there = ", ".join(repr(each) for each in names[:32]) or "none"
            message = f"the rows have no column {name!r}{hint(name, names)}; they have {there}"
            raise StageFailure("ColumnNotFound", message)
        if names.count(name) > 1:
            message = f"the rows have more than one column {name!r}"
            raise StageFailure("RowsUnreadable", f"{message}: rename all but one")
        if isinstance(given, TABLES):
            return pa.chunked_array([given.column(name)]).combine_chunks()
        values = given[name]
        if isinstance(given, Mapping) and _single(values):
            message = f"column {name!r} holds a value and no list of them"
            raise StageFailure("WrongColumnKind", f"{message}: give one row as a list of one dict")
        if len(values) != len(self):
            message = f"column {name!r} has {len(values)} rows, and others have {len(self)}"
            raise StageFailure("RowsUnreadable", f"{message}: give as many of each")
        return values


def _whole(values: Any) -> Any:
    """Return values as one Arrow array; None where they are of several kinds."""
    if isinstance(values, pa.Array):
        return values
    try:
        return pa.array(values, from_pandas=True)
    except MIXED:
        return None


def _lists(kind: Any) -> bool:
    """Say whether an Arrow type holds lists of ids, or nothing."""
    return pa.types.is_null(kind) or (kind.num_fields == 1 and fits(kind.value_type, "text"))


def _texts(value: Any) -> list[str | None]:
    """Return the ids of one row's list as text."""
    if _single(value):
        raise TypeError(value)
    found: list[str | None] = []
    for each in value:
        texts, wrong = convert(pa.array([each], from_pandas=True), "text")
        if wrong[0]:
            raise ValueError(each)
        found.append(texts[0].as_py())
    return found


def _wanted(value: Any, column: Column) -> str:
    """Say what should stand in the place of a value."""
    try:
        found = pa.array([value]).type
    except MIXED:
        found = pa.string()
    how = reading(column)
    return wanted_of(found if fits(found, how) else pa.string(), how)[1]


def _single(value: Any) -> bool:
    """Say whether it is a value; a text is one, though Python takes it for a list of letters."""
    return isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
