"""How much a figure changed between two models that saw the same rows.

Two accuracies of .887 ± .003 say nothing about a drop of half a point. The same rows judged twice
do: only the rows where the models disagree carry the noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hone_trainer.metrics.scores import Floats, midranks, right

Z = 1.959964
"""Half-width of a two-sided 95 % interval, in standard errors."""


@dataclass(frozen=True)
class Difference:
    """A figure of the second model minus that of the first, with its 95 % interval."""

    estimate: float
    low: float
    high: float


def accuracy_difference(labels: Floats, before: Floats, after: Floats) -> Difference | None:
    """Compare accuracies on the same rows: the variance is that of McNemar (1947).

    Args:
        labels: array (rows,) of 0 and 1.
        before: array (rows,) of the first model's probabilities.
        after: array (rows,) of the second model's.

    Returns:
        None where a model does not give a number for every row.
    """
    if not np.isfinite(before + after).all():
        return None
    change = right(labels, after).astype(float) - right(labels, before).astype(float)
    return _interval(float(change.mean()), float(change.var()) / len(change))


def auc_difference(labels: Floats, before: Floats, after: Floats) -> Difference | None:
    """Compare areas under the ROC curve on the same rows.

    DeLong, DeLong and Clarke-Pearson (1988), by midranks as in Sun and Xu (2014); of a label that a
    single row has, the interval is all there is. None where the labels are all alike, or a model
    does not give a number for every row.
    """
    if not np.isfinite(before + after).all():
        return None
    positive = labels > 0.5
    m, n = int(positive.sum()), int((~positive).sum())
    if not min(m, n):
        return None
    above, below = np.zeros(m), np.zeros(n)
    for sign, values in ((-1.0, before), (1.0, after)):
        ranks = midranks(values)
        # Share of the other class that each row is ranked above (below, for the negatives).
        above += sign * (ranks[positive] - midranks(values[positive])) / n
        below += sign * (1 - (ranks[~positive] - midranks(values[~positive])) / m)
    estimate = float(above.mean())
    if min(m, n) == 1:
        return Difference(estimate, -1.0, 1.0)
    return _interval(estimate, float(above.var(ddof=1) / m + below.var(ddof=1) / n))


Compare = Callable[[Floats, Floats, Floats], Difference | None]
DIFFERENCES: dict[str, Compare] = {"accuracy": accuracy_difference, "auc": auc_difference}


def _interval(estimate: float, variance: float) -> Difference:
    half = Z * variance**0.5
    return Difference(estimate, estimate - half, estimate + half)
