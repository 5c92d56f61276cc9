"""What stands behind figures: curves and tables of bounded size, however many rows there are."""

from __future__ import annotations

import numpy as np

from hone_trainer.metrics.bins import places
from hone_trainer.metrics.scored import Column, Floats, Scored

BAND = (0.1, 0.5, 0.9)
"""Quantiles of what came true: the middle, and where eight of ten are."""


def roc(scored: Scored, points: int = 101) -> tuple[Floats, Floats]:
    """Return shares of negative and of positive rows at or above falling probabilities.

    Both start at 0 and end at 1, and equal probabilities are passed at once; of many points some
    are taken, evenly along the curve. Rows of both labels are needed.
    """
    positive = scored.columns["truth"] > 0
    order = np.argsort(-scored.floats("probability"), kind="stable")
    ranked, weight = scored.floats("probability")[order], scored.weight[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    sums = [np.cumsum(weight * side[order])[last] for side in (~positive, positive)]
    wrong, right = (np.append(0.0, each) / each[-1] for each in sums)
    along = np.linspace(0, 2, points)
    kept = np.unique(np.append(np.searchsorted(wrong + right, along[:-1]), len(wrong) - 1))
    return wrong[kept], right[kept]


def confusion(scored: Scored, most: int) -> tuple[Column, Floats]:
    """Return the classes that are confused most, and the weight of each pair, (rows, columns).

    Rows are the truth, columns the decisions. Where classes are left out, those of all others
    stand in one last row and column; so do rows of a class that training has not seen.

    Args:
        scored: with the columns ``truth`` and ``decision``.
        most: classes that are told apart.
    """
    classes = scored.answers or 0
    truth, decision = (scored.columns[name].astype(np.int64) for name in ("truth", "decision"))
    wrong = scored.weight * (truth != decision)
    lost = sum(
        np.bincount(side[side >= 0], wrong[side >= 0], classes) for side in (truth, decision)
    )
    # The classes of the most errors, in their own order.
    kept = np.sort(np.argsort(-np.asarray(lost), kind="stable")[:most])
    place = np.full(classes + 1, len(kept))
    place[kept] = np.arange(len(kept))
    size = len(kept) + 1
    pairs = place[truth] * size + place[decision]
    cells = np.bincount(pairs, scored.weight, size * size).reshape(size, size)
    if not (cells[-1].any() or cells[:, -1].any()):
        cells = cells[:-1, :-1]
    return kept, cells


def spread(scored: Scored, bins: int = 15) -> tuple[Floats, Floats]:
    """Return the mean value of bins of equal weight, (bins,), and quantiles of what came true in
    each, (bins, 3); equal values stay in one bin.
    """
    used = scored.weight > 0
    value, truth = scored.floats("value")[used], scored.floats("truth")[used]
    weight = scored.weight[used]
    place = places(value, weight, bins)
    means, quantiles = [], []
    for number in np.unique(place):
        mine = place == number
        means.append(np.average(value[mine], weights=weight[mine]))
        quantiles.append(_quantiles(truth[mine], weight[mine]))
    return np.array(means), np.array(quantiles)


def residuals(scored: Scored, edges: Floats) -> Floats:
    """Return the share of rows whose answer is too high by what each bin spans, (bins,); rows
    beyond the last edges count into the outermost bins.
    """
    error = scored.floats("value") - scored.floats("truth")
    place = np.clip(np.searchsorted(edges, error, "right") - 1, 0, len(edges) - 2)
    counts: Floats = np.bincount(place, scored.weight, len(edges) - 1)
    return counts / scored.total


def _quantiles(values: Floats, weight: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order])
    at = np.searchsorted(mass, np.asarray(BAND) * mass[-1])
    found: Floats = values[order][np.minimum(at, len(order) - 1)]
    return found
