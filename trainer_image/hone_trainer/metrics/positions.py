"""Where the relevant items of a list stand, ties at their expected value.

Scores are often equal: quantised models make many ties, and a model that says the same of all must
not look perfect. With ``better`` items above it and ``equal`` others beside it, an item stands at
each of the places better + 1 … better + equal + 1 with the same chance (McSherry and Najork 2008).
The columns here have a row per relevant item.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.metrics.scored import Floats, Scored


def expected(scored: Scored, at: int, worth: Floats) -> Floats:
    """Return the expected worth of each relevant item's place, (rows,).

    Args:
        scored: with the columns ``better`` and ``equal``.
        at: places from which on nothing is worth anything.
        worth: (at,), of the places 1 to ``at``.
    """
    sums = np.concatenate([[0.0], np.cumsum(worth)])
    better, equal = scored.floats("better"), scored.floats("equal")
    first = np.minimum(better, at).astype(np.int64)
    last = np.minimum(better + equal + 1, at).astype(np.int64)
    shares: Floats = (sums[last] - sums[first]) / (equal + 1)
    return shares


def units_of(scored: Scored) -> NDArray[np.int64]:
    """Return the unit of each row, (rows,)."""
    return np.arange(len(scored)) if scored.unit is None else scored.unit


def per_unit(scored: Scored, rows: Floats, over: Floats) -> Floats:
    """Return sums over each unit's rows, divided; 0 for a unit without a relevant item."""
    sums = scored.sum_by_unit(rows)
    result: Floats = np.divide(sums, over, out=np.zeros(len(sums)), where=over > 0)
    return result
