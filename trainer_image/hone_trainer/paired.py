"""How much a figure changed between two models that saw the same rows.

Two accuracies of .887 ± .003 say nothing about a drop of half a point. The same rows judged twice
do: only the rows where the models disagree carry the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hone_trainer.metrics import Floats, midranks, right

Z = 1.959964
"""Half-width of a two-sided 95 % interval, in standard errors."""


@dataclass(frozen=True)
class Difference:
    """A figure of the second model minus that of the first, with its 95 % interval."""

    estimate: float
    low: float
    high: float


def accuracy_difference(labels: Floats, before: Floats, after: Floats) -> Difference:
    """Compare accuracies on the same rows: the variance is that of McNemar (1947).

    Args:
        labels: array (rows,) of 0 and 1.
        before: array (rows,) of the first model's probabilities.
        after: array (rows,) of the second model's.
    """
    change = right(labels, after).astype(float) - right(labels, before).astype(float)
    return _interval(float(change.mean()), float(change.var()) / len(change))


def auc_difference(labels: Floats, before: Floats, after: Floats) -> Difference:
    """Compare areas under the ROC curve on the same rows.

    DeLong, DeLong and Clarke-Pearson (1988), by midranks as in Sun and Xu (2014). Not a number
    where the labels are all alike.
    """
    positive = labels > 0.5
    m, n = int(positive.sum()), int((~positive).sum())
    if min(m, n) < 2:
        return Difference(float("nan"), float("nan"), float("nan"))
    above, below = np.zeros(m), np.zeros(n)
    for sign, values in ((-1.0, before), (1.0, after)):
        ranks = midranks(values)
        # Share of the other class that each row is ranked above (below, for the negatives).
        above += sign * (ranks[positive] - midranks(values[positive])) / n
        below += sign * (1 - (ranks[~positive] - midranks(values[~positive])) / m)
    return _interval(float(above.mean()), float(above.var(ddof=1) / m + below.var(ddof=1) / n))


DIFFERENCES = {"accuracy": accuracy_difference, "auc": auc_difference}


def _interval(estimate: float, variance: float) -> Difference:
    half = Z * variance**0.5
    return Difference(estimate, estimate - half, estimate + half)
