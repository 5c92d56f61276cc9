"""Rows by class: how many there are, and at which hashes the shares of each class end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.rows.block import Block
from hone_trainer.rows.row_hash import ALL, window

Names = tuple[str | None, ...]
SHARES = ("validation", "heldOut")


def classes(block: Block, column: str) -> tuple[Names, NDArray[np.int64]]:
    """Return the values that a column holds, as text, and for each row (n,) which it has.

    None stands for a missing value.
    """
    if block.form(column) == "number":
        # Adding 0 makes one number of 0 and -0.
        values, codes = np.unique(block.numbers(column) + 0.0, return_inverse=True)
        return tuple(None if value != value else repr(value) for value in values.tolist()), codes
    texts = block.texts(column)
    used, codes = np.unique(texts.codes, return_inverse=True)
    known = texts.words.take(pa.array(used[used >= 0])).to_pylist()
    return (*([None] * int((used < 0).any())), *known), codes


def near_ends(
    codes: NDArray[np.int64], rows: NDArray[np.int64], hashes: NDArray[np.uint64], share: float
) -> tuple[Any, Any]:
    """Look for the end of a share of each class in a block.

    Args:
        codes: (n,) the class of each row.
        rows: (classes,) rows of each class, all at least 1.
        hashes: (n,) by which rows are ranked.
        share: of each class, of the rows of all blocks.

    Returns:
        Two Arrow arrays (classes,): how many hashes are certainly below the end; those near it.
    """
    low, high = window(share, rows)
    below = np.bincount(codes[hashes < low[codes]], minlength=len(rows))
    near = np.flatnonzero((hashes >= low[codes]) & (hashes <= high[codes]))
    near = near[np.argsort(codes[near], kind="stable")]
    ends = np.cumsum(np.bincount(codes[near], minlength=len(rows)))
    offsets: Any = pa.array(np.concatenate([[0], ends]).astype(np.int64))
    values: Any = pa.array(hashes[near])
    return pa.array(below), pa.LargeListArray.from_arrays(offsets, values)


@dataclass(frozen=True)
class Classes:
    """What all blocks know of their classes.

    Attributes:
        names: in alphabetical order, None last.
        rows: (classes,) rows of each.
        below: share -> (classes,) hashes certainly below its end.
        near: share -> for each class the hashes near its end.
    """

    names: Names
    rows: NDArray[np.int64]
    below: dict[str, NDArray[np.int64]]
    near: dict[str, list[NDArray[np.uint64]]]

    @classmethod
    def of(cls, observed: list[Any]) -> Classes:
        """Join the tables of all blocks."""
        table = pa.concat_tables(observed)
        found = table.column("name").to_pylist()
        names = tuple(sorted(set(found), key=lambda name: (name is None, name or "")))
        at = {name: place for place, name in enumerate(names)}
        place = np.array([at[name] for name in found], np.int64)

        def total(column: str) -> NDArray[np.int64]:
            sums = np.zeros(len(names), np.int64)
            np.add.at(sums, place, table.column(column).to_numpy())
            return sums

        below = {share: total(f"{share}Below") for share in SHARES}
        near = {share: _apart(table, f"{share}Near", place, len(names)) for share in SHARES}
        return cls(names, total("rows"), below, near)

    def ends(self, validation: float, test: float) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return (classes,) the hashes below which the validation part is, and all that is held
        out.

        What a class has too much or too little by rounding, the next one makes up for.
        """
        chosen = _rounded(self.rows, validation)
        tested = _rounded(self.rows - chosen, test / (1 - validation))
        return self._at("validation", chosen), self._at("heldOut", chosen + tested)

    def _at(self, share: str, counts: NDArray[np.int64]) -> NDArray[np.uint64]:
        found = np.zeros(len(counts), np.uint64)
        for k, count in enumerate(counts.tolist()):
            if count >= self.rows[k]:
                found[k] = ALL
            elif count:
                found[k] = np.sort(self.near[share][k])[count - self.below[share][k]]
        return found


def _rounded(rows: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    ends = np.round(np.cumsum(rows) * share).astype(np.int64)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1]
    return ends - starts


def _apart(
    table: Any, column: str, place: NDArray[np.int64], count: int
) -> list[NDArray[np.uint64]]:
    lists = table.column(column).combine_chunks()
    sizes = np.diff(lists.offsets.to_numpy())
    hashes = lists.flatten().to_numpy()
    owner = np.repeat(place, sizes)
    order = np.argsort(owner, kind="stable")
    return np.split(hashes[order], np.cumsum(np.bincount(owner, minlength=count))[:-1])
