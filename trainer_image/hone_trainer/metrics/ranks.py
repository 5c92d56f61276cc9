"""Ranks of values that may be equal and may weigh."""

from __future__ import annotations

import numpy as np

from hone_trainer.metrics.scored import Floats


def share_below(values: Floats, others: Floats, weights: Floats) -> Floats:
    """Return the weighted share of ``others`` below each value; equal ones count one half.

    Args:
        values: (n,).
        others: (m,), at least one.
        weights: (m,), of the others; their sum is positive.
    """
    order = np.argsort(others, kind="stable")
    ranked = others[order]
    mass = np.concatenate([[0.0], np.cumsum(weights[order])])
    low = mass[np.searchsorted(ranked, values, "left")]
    high = mass[np.searchsorted(ranked, values, "right")]
    shares: Floats = (low + high) / (2 * mass[-1])
    return shares
