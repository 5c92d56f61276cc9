"""Rows as tensors: what ``Block`` is, where nothing but TensorFlow is at hand.

Columns have the same three forms: text (n,) strings, "" where missing; numbers (n,) float64, NaN
where missing; times (n,) int64 microseconds, ``NO_TIME`` where missing. A column that is made of
others, a sequence, is (n, any) strings of which "" is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hone_trainer.rows.block import NO_TIME


@dataclass(frozen=True)
class RowTensors:
    """Rows of one call of a graph; each operation returns others."""

    columns: Mapping[str, Any]
    refused: Any
    """(n,) strings: why a row cannot be answered; "" where it can."""
    tables: Tables = field(default_factory=lambda: Tables())
    touched: set[str] = field(default_factory=set)
    """Columns that somebody looked at, of these rows or of what was made of them."""

    def values(self, name: str) -> Any:
        """Return a column."""
        self.touched.add(name)
        return self.columns[name]

    def missing(self, name: str) -> Any:
        """Say for each row (n,) whether a column has no value."""
        from hone_trainer.backend.keras import tf

        values = self.values(name)
        if values.dtype == tf.string:
            return tf.equal(values, "")
        return tf.math.is_nan(values) if values.dtype == tf.float64 else tf.equal(values, NO_TIME)

    def put(self, name: str, values: Any) -> RowTensors:
        """Return the rows with a column replaced."""
        return replace(self, columns={**self.columns, name: values})

    def refuse(self, rows: Any, why: Any) -> RowTensors:
        """Return the rows with some (n,) refused, but for those that are already: the first reason
        counts.
        """
        from hone_trainer.backend.keras import tf

        fresh = tf.logical_and(rows, tf.equal(self.refused, ""))
        return replace(self, refused=tf.where(fresh, why, self.refused))


class Tables:
    """The vocabularies of a graph, each once; a file that holds the graph has to hold them."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Any]] = {}

    def of(self, known: Any, make: Callable[[], Any]) -> Any:
        """Return the table of a list of words, made where it is new."""
        from hone_trainer.backend.keras import tf

        if id(known) not in self._made:
            with tf.init_scope():
                # The list is kept beside it: as long as it lives, no other has its id.
                self._made[id(known)] = known, make()
        return self._made[id(known)][1]

    @property
    def made(self) -> list[Any]:
        """All tables."""
        return [table for _, table in self._made.values()]
