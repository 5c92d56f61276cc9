"""Bins of equal weight, into which equal values are never told apart."""

from __future__ import annotations

import numpy as np

from hone_trainer.metrics.scored import Column, Floats


def places(values: Floats, weight: Floats, bins: int) -> Column:
    """Return the bin of each value, (n,) int64 below ``bins``; equal values are in one, and some
    bins may be empty.
    """
    _, which = np.unique(values, return_inverse=True)
    mass = np.bincount(which, weight)
    middle = np.cumsum(mass) - mass / 2
    found: Column = np.minimum((middle / mass.sum() * bins).astype(np.int64), bins - 1)
    return found[which]
