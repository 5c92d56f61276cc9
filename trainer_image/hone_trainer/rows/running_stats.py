"""Count, mean, deviation and range of numbers that are seen piece by piece.

Pieces are joined by the update of Chan, Golub and LeVeque (1979), which loses no digits where the
mean is large beside the deviation. Joined in the order of the source, they give the same bits
whoever computed the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class Moments:
    """What is known of numbers without keeping them."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of squared differences from the mean."""
    low: float = float("inf")
    high: float = float("-inf")

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Moments:
        """Look at numbers (n,); NaN is passed over.

        Beyond 1e150 the squares are no longer finite; count and range are right for all numbers.
        """
        known = values[~np.isnan(values)]
        if not len(known):
            return cls()
        low, high = float(known.min()), float(known.max())
        if low == high:  # Rounding must not make a deviation of it.
            return cls(len(known), low, 0.0, low, high)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(known.mean())
            squares = float(np.square(known - mean).sum())
        return cls(len(known), mean, squares, low, high)

    @property
    def deviation(self) -> float:
        """Standard deviation of the numbers themselves (not of a population they came from)."""
        return float(np.sqrt(self.squares / self.count)) if self.count else 0.0

    def join(self, other: Moments) -> Moments:
        """Return the moments of both together."""
        if not self.count or not other.count:
            return other if not self.count else self
        count = self.count + other.count
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        squares = self.squares + other.squares
        squares += apart * apart * (self.count * (other.count / count))
        return Moments(count, mean, squares, min(self.low, other.low), max(self.high, other.high))

    def dump(self) -> dict[str, float]:
        """Return the JSON form."""
        return asdict(self)

    def table(self) -> Any:
        """Return an Arrow table of one row."""
        return pa.Table.from_pylist([self.dump()])


def gather(tables: Iterable[Any]) -> Moments:
    """Return the moments of all such tables, joined in their order."""
    return join(Moments(**row) for table in tables for row in table.to_pylist())


def join(pieces: Iterable[Moments]) -> Moments:
    """Return the moments of all pieces, joined in their order."""
    total = Moments()
    for piece in pieces:
        total = total.join(piece)
    return total
