"""How sure one can be of a figure: its 95 % interval, from how much each unit moves it."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

MOST = 300.0
"""Of an exponent: an interval as wide as that says that nothing is known."""


def span(value: float, spread: float, limits: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of an interval; they never lie beyond what the figure can be.

    It is symmetric in the log of the distances from the limits, where a figure has no ends: in the
    log odds of a share (Pepe 2003, of the AUC), in the log of an error. Near a limit it covers the
    truth more often than one on the figure's own scale, which would have to be cut off there.

    Args:
        value: the figure.
        spread: half the width of the interval, on the figure's own scale.
        limits: between which values the figure can lie; infinite where it has no end.
    """
    low, high = limits
    below, above = value - low, high - value
    if limits == (-inf, inf) or not spread or min(below, above) <= 0:
        return max(low, value - spread), min(high, value + spread)
    times = exp(min(spread * (1 / below + 1 / above), MOST))
    if high == inf:
        return low + below / times, low + below * times
    if low == -inf:
        return high - above * times, high - above / times
    first, last = (low + (high - low) / (1 + above / below * by) for by in (times, 1 / times))
    return first, last


def standard_error(influence: Floats, scored: Scored) -> float | None:
    """Return half the width of the 95 % interval; None for a single independent unit.

    Influences of one cluster are added up before they are squared (Liang and Zeger 1986), and the
    quantile is Student's for as many clusters, to the first orders of Cornish and Fisher (1938).
    """
    import numpy as np

    pulls = influence * scored.weight
    present = scored.weight > 0
    if scored.cluster is not None:
        _, place = np.unique(scored.cluster[present], return_inverse=True)
        pulls = np.bincount(place, pulls[present])
    else:
        pulls = pulls[present]
    count = len(pulls)
    if count < 2:
        return None
    variance = float((pulls**2).sum()) / scored.total**2 * count / (count - 1)
    return student(count - 1) * float(variance**0.5)


def student(freedom: int) -> float:
    """Return the .975 quantile of Student's distribution, within .005 from 4 degrees on."""
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom ** (k + 1) for k, term in enumerate(terms)))
