"""Variables that lie on parameter servers, read and written a few rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hone_trainer.backend.keras import tf
from hone_trainer.store.chunked_array import (
    Array,
    ChunkedArray,
    InMemory,
    Slice,
    as_chunked,
    rows_of,
    spans,
)
from hone_trainer.train.variables import name_of

PARCEL_BYTES = 16 << 20
"""Bytes that are on the way to a server at a time: there they take two or three times as much."""


@dataclass(frozen=True)
class OnServer:
    """A chunked array that is a variable of another process."""

    variable: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """See ``ChunkedArray``."""
        return tuple(self.variable.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """See ``ChunkedArray``."""
        dtype: np.dtype[Any] = np.dtype(self.variable.dtype.as_numpy_dtype)
        return dtype

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``; only these rows travel."""
        if not self.shape:
            return np.atleast_1d(self.variable.numpy())
        rows: Array = tf.gather(self.variable, tf.range(first, last)).numpy()
        return rows

    def write(self, chunked: ChunkedArray) -> None:
        """Take over the values of another array of the same shape."""
        if not self.shape:
            self.variable.assign(chunked.read(0, 1)[0])
            return
        for first, last in spans(chunked):
            rows = chunked.read(first, last)
            for start, end in spans(InMemory(rows), PARCEL_BYTES):
                self.update(first + start, tf.constant(rows[start:end]))

    def update(self, first: int, rows: Any) -> None:
        """Replace the rows from ``first`` on, and wait until they are there.

        An update returns before its server has even received it: a server that several wait for
        runs out of memory.
        """
        ids = tf.range(first, first + len(rows))
        self.variable.scatter_update(tf.IndexedSlices(rows, ids))
        tf.gather(self.variable, ids[-1:]).numpy()


@dataclass(frozen=True)
class Zeros:
    """A chunked array of nothing else."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``."""
        return np.zeros((last - first, *self.shape[1:]), self.dtype)


@dataclass(frozen=True)
class Joined:
    """Arrays one below the other: the parts of a table."""

    parts: tuple[ChunkedArray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """See ``ChunkedArray``."""
        return (sum(map(rows_of, self.parts)), *self.parts[0].shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """See ``ChunkedArray``."""
        return self.parts[0].dtype

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``."""
        found, start = [], 0
        for part in self.parts:
            end = start + rows_of(part)
            if start < last and end > first:
                found.append(part.read(max(first, start) - start, min(last, end) - start))
            start = end
        return np.concatenate(found)


@dataclass(frozen=True)
class ServedVariables:
    """Model and optimiser of a training whose variables lie on servers.

    Attributes:
        groups: name -> variables; those of a table that was cut follow each other.
    """

    live: ClassVar[bool] = True
    """Whether values change after they were taken."""
    groups: Mapping[str, Sequence[Any]]
    aside: ClassVar[Sequence[Any]] = ()

    def beside(self, aside: Sequence[Any]) -> ServedVariables:
        """See ``Variables.beside``: nothing is trained on servers but the network."""
        if aside:
            raise ValueError("parameter servers train a network alone")
        return self

    def take(self) -> dict[str, tuple[ChunkedArray, ...]]:
        """Return the values as they are whenever they are read."""
        return {name: tuple(map(OnServer, group)) for name, group in self.groups.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each weight of a model that was never cut, in order."""
        return tuple(dict.fromkeys(map(name_of, self.groups["weights"])))

    def start(self, given: Mapping[str, Array | ChunkedArray]) -> None:
        """Let weights start from what is given by their names; each of these is one of them."""
        parts: dict[str, list[Any]] = {}
        for variable in self.groups["weights"]:
            parts.setdefault(name_of(variable), []).append(variable)
        for name, array in given.items():
            first = 0
            for variable in parts[name]:
                last = first + int(variable.shape[0])
                OnServer(variable).write(Slice(as_chunked(array), first, last))
                first = last

    def clear(self, group: str) -> None:
        """Set all of a group to zero."""
        for variable in map(OnServer, self.groups[group]):
            variable.write(Zeros(variable.shape, variable.dtype))

    def put(self, values: Mapping[str, Sequence[ChunkedArray]]) -> None:
        """Put values back; the same groups and shapes as ``take`` gave."""
        for name, group in self.groups.items():
            for variable, chunked in zip(group, values[name], strict=True):
                OnServer(variable).write(chunked)

    def tables(self, weights: Sequence[ChunkedArray]) -> tuple[ChunkedArray, ...]:
        """Return the weights as a model that was never cut has them."""
        parts: dict[str, list[ChunkedArray]] = {}
        for variable, chunked in zip(self.groups["weights"], weights, strict=True):
            parts.setdefault(name_of(variable), []).append(chunked)
        return tuple(each[0] if len(each) == 1 else Joined(tuple(each)) for each in parts.values())
