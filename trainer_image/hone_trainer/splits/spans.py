"""Rows counted per time, or per span of time where there are too many times.

Spans are powers of two long and begin at their multiples, so counts of any blocks can be joined:
the shorter spans of one are added up to the longer ones of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME

MOST = 1 << 16
"""Spans that are told apart."""


@dataclass(frozen=True)
class Spans:
    """Rows per span; spans without rows are left out.

    Attributes:
        places: (n,) ascending: span k holds the times from k << shift up to (k + 1) << shift.
        rows: (n,) rows in each.
        shift: logarithm of a span's length: the least with which there are at most ``MOST``.
        missing: rows without a time.
    """

    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    shift: int = 0
    missing: int = 0

    @classmethod
    def count(cls, times: NDArray[np.int64]) -> Spans:
        """Count times (n,), ``NO_TIME`` where missing."""
        places, rows = np.unique(times[times != NO_TIME], return_counts=True)
        missing = int((times == NO_TIME).sum())
        return cls(places, rows.astype(np.int64), missing=missing)._fitting()

    @classmethod
    def join(cls, pieces: list[Spans]) -> Spans:
        """Return the counts of all together; neither their order nor how rows were cut matters."""
        total = cls(np.zeros(0, np.int64), np.zeros(0, np.int64))
        for piece in pieces:
            total = total._with(piece)
        return total

    @classmethod
    def of(cls, table: Any) -> Spans:
        """Read a table that ``table`` made."""
        shift, missing = (int(table.column(name)[0].as_py()) for name in ("shift", "missing"))
        lists = (table.column(name).combine_chunks().flatten() for name in ("places", "rows"))
        places, rows = (values.to_numpy() for values in lists)
        return cls(places, rows, shift, missing)

    def table(self) -> Any:
        """Return an Arrow table of one row."""
        columns: dict[str, Any] = {
            "places": [self.places],
            "rows": [self.rows],
            "shift": [self.shift],
            "missing": [self.missing],
        }
        number = pa.int64()
        types: Any = [pa.large_list(number), pa.large_list(number), number, number]
        return pa.table(columns, schema=pa.schema(list(zip(columns, types, strict=True))))

    def _with(self, other: Spans) -> Spans:
        shift = max(self.shift, other.shift)
        one, two = self._longer(shift), other._longer(shift)
        places = np.concatenate([one.places, two.places])
        rows = np.concatenate([one.rows, two.rows])
        return _summed(places, rows, shift, self.missing + other.missing)._fitting()

    def _longer(self, shift: int) -> Spans:
        return _summed(self.places >> (shift - self.shift), self.rows, shift, self.missing)

    def _fitting(self) -> Spans:
        fitting = self
        while len(fitting.places) > MOST:
            fitting = fitting._longer(fitting.shift + 1)
        return fitting


def _summed(places: NDArray[np.int64], rows: NDArray[np.int64], shift: int, missing: int) -> Spans:
    found, at = np.unique(places, return_inverse=True)
    sums = np.zeros(len(found), np.int64)
    np.add.at(sums, at, rows)
    return Spans(found, sums, shift, missing)
