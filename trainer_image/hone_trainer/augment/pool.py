"""Items that negative rows are drawn from, with what belongs to an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hone_trainer.rows.block import TYPES, Block
from hone_trainer.rows.tokens import hash_words

FLATTENING = 0.75
"""Power of an item's count that its chance is proportional to (Mikolov et al. 2013)."""


@dataclass(frozen=True)
class Pool:
    """Items to draw from; can be pickled.

    Attributes:
        table: the item column and those that belong to it, in the forms of a block.
        items: (n,) which item each row of the table is, from 0.
        hashes: (n,) the hash of its word.
        ends: (n,) where each row's share of the chance ends; None where all have the same.
    """

    table: Any
    items: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    ends: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, block: Block, names: Sequence[str], rows: NDArray[np.bool_]) -> Pool:
        """Draw from the rows (n,) of a block: an item as often as it is there.

        Args:
            block: rows.
            names: the item column, which has a value in all of these rows, and what belongs to it.
            rows: those that count.
        """
        texts = block.texts(names[0])
        codes = texts.codes[rows]
        table = block.table.select(list(names)).filter(pa.array(rows))
        return cls(table, codes.astype(np.int64), hash_words(texts.words)[codes])

    @classmethod
    def learn(cls, counts: list[Any], names: Sequence[str], *, popular: bool) -> Pool:
        """Draw from all items of ``count``, by popularity or each with the same chance."""
        numbered = [str(place) for place in range(len(names) - 1)]
        wanted: Any = [("count", "sum"), *((name, "first") for name in numbered)]
        whole = pa.concat_tables(counts).group_by("item", use_threads=False)
        summed: Any = whole.aggregate(wanted).sort_by("item")
        words = summed.column("item").combine_chunks()
        columns = {names[0]: words}
        for name, place in zip(names[1:], numbered, strict=True):
            values = summed.column(f"{place}_first").combine_chunks()
            # A missing number is NaN in a block, and never a null.
            columns[name] = values.fill_null(np.nan) if values.type == TYPES["number"] else values
        weights = summed.column("count_sum").to_numpy().astype(np.float64)
        ends = np.cumsum(weights**FLATTENING) if popular else None
        return cls(pa.table(columns), np.arange(len(weights)), hash_words(words), ends)

    def __len__(self) -> int:
        """Number of rows to draw from."""
        return len(self.items)

    def draw(self, count: int, draw: np.random.Generator) -> NDArray[np.int64]:
        """Return the places (count,) of so many rows."""
        if self.ends is None:
            return draw.integers(len(self), size=count)
        chance = draw.random(count) * self.ends[-1]
        found: NDArray[np.int64] = np.searchsorted(self.ends, chance, side="right")
        return np.minimum(found, np.int64(len(self) - 1))

    def take(self, places: NDArray[np.int64]) -> dict[str, Any]:
        """Return each column at places (n,), with no more words than are used."""
        used, at = np.unique(places, return_inverse=True)
        rows = self.table.take(pa.array(used))
        found = {}
        for name in self.table.column_names:
            values = rows.column(name).combine_chunks()
            if not pa.types.is_temporal(values.type) and values.type != TYPES["number"]:
                values = values.cast(pa.string()).dictionary_encode()
            found[name] = values.take(pa.array(at))
        return found


def count(block: Block, names: Sequence[str]) -> Any:
    """Count the items of a block.

    Args:
        block: rows.
        names: the item column, and what belongs to an item.

    Returns:
        A table (item, count, 0, 1, …): each item with what belongs to it, as first known.
    """
    columns: dict[str, Any] = {"item": _plain(block, names[0])}
    columns |= {str(place): _plain(block, name) for place, name in enumerate(names[1:])}
    known = pa.table(columns).filter(pc.is_valid(columns["item"]))
    wanted: Any = [([], "count_all"), *((name, "first") for name in columns if name != "item")]
    found = known.group_by("item", use_threads=False).aggregate(wanted)
    renamed = {f"{name}_first": name for name in columns} | {"count_all": "count"}
    return found.rename_columns([renamed.get(name, name) for name in found.column_names])


def _plain(block: Block, name: str) -> Any:
    if block.form(name) == "number":
        return pa.array(block.numbers(name), from_pandas=True)
    column = block.table.column(name)
    return column.cast(pa.string()) if block.form(name) == "text" else column
