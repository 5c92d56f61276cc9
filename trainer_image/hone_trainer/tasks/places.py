"""Where each row of a list stands, by its score."""

from __future__ import annotations

import numpy as np

from hone_trainer.tasks.learned import Array


def places(unit: Array, scores: Array) -> tuple[Array, Array]:
    """Return how many rows of its list are above each row, and how many others beside it."""
    order = np.lexsort((-scores, unit))
    u, s = unit[order], scores[order]
    new = np.ones(len(order), bool)
    new[1:] = (u[1:] != u[:-1]) | (s[1:] != s[:-1])
    tied = np.cumsum(new) - 1
    firsts = np.flatnonzero(new)
    sizes = np.diff(np.append(firsts, len(order)))
    starts = np.searchsorted(u, u)
    better, equal = np.empty(len(order)), np.empty(len(order))
    better[order] = firsts[tied] - starts
    equal[order] = sizes[tied] - 1
    return better, equal
