"""Rows that no source read, such as those of a request, in the forms that every column knows.

They come as a data frame, an Arrow table, a list of dicts or a dict of lists. Values are understood
as those of a source are: an id may be a number, a time a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import TYPES, Block
from hone_trainer.sources.forms import WANTED, reading, to_rows
from hone_trainer.sources.values import convert, fits

if TYPE_CHECKING:
    from hone_trainer.columns import Column


def to_block(rows: Any, columns: Sequence[Column]) -> Block:
    """Return the columns of some rows as a block.

    Raises:
        StageFailure: ColumnNotFound, WrongColumnKind, BadNumber, BadTime, …
    """
    arrays = {}
    for column in columns:
        array = _values(rows, column)
        if not fits(array.type, reading(column)):
            message = f"column {column.name!r} holds {array.type}, which is no {column.kind}"
            raise StageFailure("WrongColumnKind", f"{message}: give {WANTED[reading(column)][1]}")
        arrays[column.name] = array
    count = len(next(iter(arrays.values()), ()))
    found = list(to_rows(arrays, columns, np.arange(count)))
    for bad in (bad for part in found for bad in part.bad):
        message = f"row {bad.row + 1}, column {bad.column!r}: {bad.text!r} is not {bad.wanted}"
        raise StageFailure(bad.reason, message)
    empty = pa.table({each.name: pa.array([], TYPES[each.value.form]) for each in columns})
    return Block.of(pa.concat_tables([part.table for part in found]) if found else empty)


def histories(rows: Any, column: Column, learned: Mapping[str, Any]) -> NDArray[np.int32]:
    """Return (n, length) what a sequence column holds: the last ids, padded at the front.

    Args:
        rows: see ``to_block``; of this column lists of ids, the last one the latest.
        column: the sequence column.
        learned: what the column that it is made of learned.
    """
    from hone_trainer.rows.tokens import Tokens, codes_of, compute, positions

    array = _values(rows, column)
    inner = array.type.value_type if array.type.num_fields == 1 else array.type
    if not pa.types.is_null(array.type) and (inner is array.type or not fits(inner, "text")):
        message = f"column {column.name!r} holds {array.type}"
        raise StageFailure("WrongColumnKind", f"{message}: give a list of ids for each row")
    lists = array.cast(pa.list_(inner))
    texts, _ = convert(lists.flatten(), "text")
    there = texts.is_valid().to_numpy(zero_copy_only=False)
    owner = compute.list_parent_indices(lists).to_numpy()[there]
    ends = np.cumsum(np.bincount(owner, minlength=len(lists)), dtype=np.int64)
    found = Tokens(texts.dictionary, texts.indices.drop_null().to_numpy(), ends)
    codes = codes_of(found.words, learned)
    return positions(found, codes, column.value.length, np.arange(len(lists), dtype=np.int32))


def _values(rows: Any, column: Column) -> Any:
    """Return a column (n,) of rows as an Arrow array.

    Raises:
        StageFailure: there is none (ColumnNotFound), or its values are of several kinds.
    """
    names = _names(rows)
    if column.name not in names:
        there = ", ".join(repr(name) for name in names[:32]) or "none"
        message = f"the rows have no column {column.name!r}; they have {there}"
        raise StageFailure("ColumnNotFound", message)
    if isinstance(rows, Mapping) and _single(rows[column.name]):
        message = f"column {column.name!r} holds a value and no list of them"
        raise StageFailure("WrongColumnKind", f"{message}: give one row as a list of one dict")
    try:
        if isinstance(rows, pa.Table | pa.RecordBatch):
            return pa.chunked_array([rows.column(column.name)]).combine_chunks()
        if isinstance(rows, Sequence):
            return pa.array([row.get(column.name) for row in rows], from_pandas=True)
        return pa.array(rows[column.name], from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        message = f"column {column.name!r} holds values of several kinds ({error})"
        raise StageFailure("WrongColumnKind", f"{message}: give all as text") from None


def _single(value: Any) -> bool:
    """Say whether it is a value; a text is one, though Python takes it for a list of letters."""
    return isinstance(value, str | bytes) or not isinstance(value, Iterable)


def _names(rows: Any) -> list[str]:
    if isinstance(rows, pa.Table | pa.RecordBatch):
        return list(rows.schema.names)
    if isinstance(rows, Sequence):
        return list(dict.fromkeys(name for row in rows for name in row))
    return list(rows)
