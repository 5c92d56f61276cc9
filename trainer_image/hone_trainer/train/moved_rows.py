"""Rows of one array as rows of another, by the key that each stands for. Pure.

A key keeps its numbers wherever it stands now. What no key of the other array stands for starts at
the mean of those that were moved, or where something better is known, at that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store.chunked_array import Array, ChunkedArray, rows_of, spans

NEW = -1
"""Stands for a row of the other array where there is none."""
Places = NDArray[np.int64]


def places(now: Any, then: Any, first: int = 0) -> Places:
    """Return where each row was before, ``NEW`` where it was not.

    Args:
        now: the keys of the rows, an Arrow array or strings; each of them once.
        then: those of the other array.
        first: rows before those of the first key, which are of a kind of their own: they stay.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    known, asked = (pa.array(keys, pa.large_string()) for keys in (then, now))
    found: Any = compute
    at = found.index_in(asked, known).fill_null(NEW - first).to_numpy(zero_copy_only=False)
    return np.concatenate([np.arange(first), np.asarray(at, np.int64) + first])


@dataclass(frozen=True)
class Moved:
    """A chunked array whose rows are those of another one: never held whole."""

    of: ChunkedArray
    places: Places
    """(rows,) which row of it each is."""
    new: Array
    """What new rows are: one for all of them, (1, …), or one for each of the array, (rows, …)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """See ``ChunkedArray``."""
        return (len(self.places), *self.of.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """See ``ChunkedArray``."""
        return self.of.dtype

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``."""
        here = self.places[first:last]
        out = np.empty((last - first, *self.of.shape[1:]), self.dtype)
        out[...] = self.new if len(self.new) == 1 else self.new[first:last]
        for start, end in spans(self.of):
            mine = np.flatnonzero((here >= start) & (here < end))
            if len(mine):
                out[mine] = self.of.read(start, end)[here[mine] - start]
        return out


def mean_of(array: ChunkedArray, chosen: Sequence[int] | Places) -> Array:
    """Return the mean (1, …) of some rows, a bounded number of them in memory at a time."""
    wanted = np.zeros(rows_of(array), bool)
    wanted[np.asarray(chosen, np.int64)] = True
    total = np.zeros(array.shape[1:], np.float64)
    for first, last in spans(array):
        total += array.read(first, last)[wanted[first:last]].sum(axis=0, dtype=np.float64)
    mean: Array = (total / max(1, int(wanted.sum())))[np.newaxis].astype(array.dtype)
    return mean
