"""The bins that all histograms of one column share, so that they can be laid over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 24
FAR = 2.0
"""A tail longer than so many times the span of the middle 98 % goes into one open bin."""
WHOLE = 2.0**52
"""Larger numbers are not told apart from whole ones."""


@dataclass(frozen=True)
class Scale:
    """Bins of equal width that start at ``edges`` (n+1,), and an open one at either end."""

    edges: NDArray[np.float64]

    @classmethod
    def of(cls, before: NDArray[np.float64], after: NDArray[np.float64]) -> Scale:
        """Choose the bins.

        Args:
            before: sorted known values as they were read.
            after: the same, cleaned; they decide what is a tail.
        """
        both = [values for values in (before, after) if len(values)]
        if not both:
            return cls(np.array([0.0, 1.0]))
        low, high = min(v[0] for v in both), max(v[-1] for v in both)
        middle = both[-1]
        first, last = middle[len(middle) // 100], middle[-1 - len(middle) // 100]
        whole = max(-low, high) < WHOLE and bool((both[0] == np.floor(both[0])).all())
        # Eighths, because the span of what a float can hold is not a float.
        far = FAR * (last / 8 - first / 8)
        cut = not (whole and high - low < BINS) and far > 0
        top = high
        if cut and first / 8 - low / 8 > far:
            low = first
        if cut and high / 8 - last / 8 > far:
            high = last
        if whole:
            return cls(_whole(float(low), float(high)))
        edges = np.linspace(low / 2, high / 2, BINS + 1 if low < high else 2) * 2
        if high == top:
            edges[-1] = np.nextafter(high, np.inf)
        return cls(edges)

    def counts(self, ordered: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count sorted known values: below the first edge, in the bins, at the last or above."""
        below = np.searchsorted(ordered, self.edges)
        return np.diff(below, prepend=0, append=len(ordered)).astype(np.int64)


def _whole(low: float, high: float) -> NDArray[np.float64]:
    """Return whole edges: each bin holds as many whole numbers as its neighbour."""
    low, high = np.floor(low), np.ceil(high)
    width = max(1.0, np.ceil((high - low + 1) / BINS))
    bins = int(np.ceil((high - low + 1) / width))
    edges: NDArray[np.float64] = low + width * np.arange(bins + 1)
    return edges
