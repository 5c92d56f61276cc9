"""Arrays that are read a few rows at a time, wherever they lie: memory, a server, the store.

A table of some gigabytes is never held whole in the process that writes or reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

PIECE_BYTES = 64 << 20
"""Bytes of a piece: large enough to be fast, small enough to hold several in memory."""

Array = NDArray[np.generic]


class ChunkedArray(Protocol):
    """An array (rows, …); a scalar counts as one row."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, as numpy has it."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its element type."""

    def read(self, first: int, last: int) -> Array:
        """Return rows ``first`` to ``last``, exclusive; a scalar as (1,)."""


@dataclass(frozen=True)
class InMemory:
    """A chunked array that is a numpy array."""

    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """See ``ChunkedArray``."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """See ``ChunkedArray``."""
        return self.array.dtype

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``."""
        return np.atleast_1d(self.array)[first:last]


@dataclass(frozen=True)
class Slice:
    """Rows ``first`` to ``last``, exclusive, of a chunked array."""

    of: ChunkedArray
    first: int
    last: int

    @property
    def shape(self) -> tuple[int, ...]:
        """See ``ChunkedArray``."""
        return (self.last - self.first, *self.of.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """See ``ChunkedArray``."""
        return self.of.dtype

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``."""
        return self.of.read(self.first + first, self.first + last)


def as_chunked(array: Array | ChunkedArray) -> ChunkedArray:
    """Return an array as one that is read a few rows at a time."""
    return InMemory(array) if isinstance(array, np.ndarray) else array


def rows_of(chunked: ChunkedArray) -> int:
    """Return the number of rows."""
    return chunked.shape[0] if chunked.shape else 1


def size_of(chunked: ChunkedArray) -> int:
    """Return the number of bytes."""
    return int(np.prod(chunked.shape, dtype=np.int64)) * chunked.dtype.itemsize


def spans(chunked: ChunkedArray, piece: int = PIECE_BYTES) -> Iterator[tuple[int, int]]:
    """Return (first, last) of every piece of at most so many bytes, or of one row."""
    rows = rows_of(chunked)
    at_once = max(1, piece * rows // max(1, size_of(chunked)))
    for first in range(0, rows, at_once):
        yield first, min(rows, first + at_once)


def whole(chunked: ChunkedArray) -> Array:
    """Return the array in memory."""
    if isinstance(chunked, InMemory):
        return chunked.array
    out = np.empty((rows_of(chunked), *chunked.shape[1:]), chunked.dtype)
    for first, last in spans(chunked):
        out[first:last] = chunked.read(first, last)
    return out.reshape(chunked.shape)
