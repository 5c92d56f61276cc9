"""What figures are computed from: how a model answered, one row per answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
"""Of float64: figures are computed in it, whatever the model answered in."""
Column = NDArray[Any]


class NotFinite(ValueError):
    """An answer is no number, so no figure of it means anything."""


@dataclass(frozen=True)
class Scored:
    """Truth and answer, reduced to what figures read.

    A *unit* is what weighs: a row, or a list of a ranking. Most tasks have one row per unit; the
    lists of a ranking have a row per relevant item, and ``unit`` says to which list it belongs.

    Raises:
        NotFinite: a column holds NaN or infinity.
        ValueError: lengths differ.
    """

    columns: dict[str, Column]
    """Name -> (rows,), or (rows, k)."""
    weight: Floats
    """(units,), not negative; 0 where there is nothing to judge."""
    unit: NDArray[np.int64] | None = None
    """(rows,), ascending: the unit of each row; None where every row is one."""
    cluster: NDArray[np.int64] | None = None
    """(units,): units of one user or query are not independent; None where all are."""
    answers: int | None = None
    """How many different answers there are: classes, or items."""

    def __post_init__(self) -> None:
        rows = len(self.weight) if self.unit is None else len(self.unit)
        for name, column in self.columns.items():
            if len(column) != rows:
                raise ValueError(f"{name}: {len(column)} rows where there are {rows}")
            if column.dtype.kind == "f" and not np.isfinite(column).all():
                raise NotFinite(f"{name} holds a value that is no finite number")
        if not np.isfinite(self.weight).all() or (self.weight < 0).any():
            raise NotFinite("a weight is negative or no finite number")
        if self.cluster is not None and len(self.cluster) != len(self.weight):
            raise ValueError("one cluster per unit is needed")

    def __len__(self) -> int:
        """Number of units."""
        return len(self.weight)

    @property
    def total(self) -> float:
        """The weight of all units."""
        return float(self.weight.sum())

    @property
    def row_weight(self) -> Floats:
        """The weight of each row's unit, (rows,)."""
        return self.weight if self.unit is None else self.weight[self.unit]

    def floats(self, name: str) -> Floats:
        """Return a column as float64."""
        return np.asarray(self.columns[name], np.float64)

    def sum_by_unit(self, values: Floats) -> Floats:
        """Sum values of rows over the rows of each unit, (units,)."""
        if self.unit is None:
            return values
        return np.bincount(self.unit, values, len(self.weight))

    def where(self, chosen: NDArray[np.bool_]) -> Scored:
        """Return the units of a segment.

        Args:
            chosen: (units,), whether a unit belongs to it.
        """
        rows, unit = chosen, None
        if self.unit is not None:
            rows = chosen[self.unit]
            unit = (np.cumsum(chosen) - 1)[self.unit[rows]]
        return Scored(
            {name: column[rows] for name, column in self.columns.items()},
            self.weight[chosen],
            unit,
            None if self.cluster is None else self.cluster[chosen],
            self.answers,
        )


def concatenate(parts: Sequence[Scored]) -> Scored:
    """Join the answers to several blocks of rows, in their order; at least one."""
    first = parts[0]
    if len(parts) == 1:
        return first
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    units = [part.unit for part in parts]
    clusters = [part.cluster for part in parts]
    return Scored(
        {name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns},
        np.concatenate([part.weight for part in parts]),
        None
        if first.unit is None
        else np.concatenate([u + s for u, s in zip(units, starts, strict=True) if u is not None]),
        None if first.cluster is None else np.concatenate([c for c in clusters if c is not None]),
        first.answers,
    )
