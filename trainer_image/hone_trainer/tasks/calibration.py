"""What is fitted after training, since training, fusing and compressing each move logits.

On rows kept for it, never on training rows; by a bounded search; kept only where it lowers the log
loss of the other half of these rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.logits import sigmoid, softmax

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array, Targets

LEAST = 200
"""Rows of each class below which nothing is fitted."""
TEMPERATURES = (0.1, 10.0)
OFFSETS = (-10.0, 10.0)
ROUNDS = 50
SETTLED = 1e-9


def platt(targets: Targets, logits: Array) -> Calibration:
    """Fit temperature, offset and threshold of two classes (Platt 1999).

    The threshold is the probability above which accuracy is highest on all rows.
    """
    truth, weight = np.asarray(targets.values, np.float64).reshape(-1), _floats(targets.weight)
    scores = np.asarray(logits, np.float64).reshape(-1)
    used = weight > 0
    truth, weight, scores = truth[used], weight[used], scores[used]
    fitted = Calibration()
    if min((truth > 0).sum(), (truth <= 0).sum()) >= LEAST:
        half = _half(truth > 0)
        slope, offset = _logistic(scores[half], truth[half], weight[half])
        before = _cross_entropy(scores[~half], truth[~half], weight[~half])
        after = _cross_entropy(slope * scores[~half] + offset, truth[~half], weight[~half])
        if after < before:
            fitted = Calibration(1 / slope, offset)
    probability = sigmoid(scores / fitted.temperature + fitted.offset)
    threshold = _threshold(probability, truth > 0, weight)
    return Calibration(fitted.temperature, fitted.offset, threshold)


def temperature(targets: Targets, logits: Array) -> Calibration:
    """Fit the temperature of several classes (Guo et al. 2017) by golden section search."""
    truth, weight = np.asarray(targets.values).reshape(-1), _floats(targets.weight)
    known = (weight > 0) & (truth >= 0)
    if known.sum() < LEAST:
        return Calibration()
    scores, truth, weight = np.asarray(logits, np.float64)[known], truth[known], weight[known]
    half = _half(truth)

    def loss(warmth: float, rows: Array) -> float:
        told = softmax(scores[rows] / warmth)[np.arange(rows.sum()), truth[rows]]
        return float(-(weight[rows] * np.log(np.maximum(told, 1e-12))).sum())

    low, high = np.log(TEMPERATURES)
    ratio = (5**0.5 - 1) / 2
    for _ in range(ROUNDS):
        first, second = high - ratio * (high - low), low + ratio * (high - low)
        if loss(np.exp(first), half) < loss(np.exp(second), half):
            high = second
        else:
            low = first
    warmth = float(np.exp((low + high) / 2))
    better = loss(warmth, ~half) < loss(1.0, ~half)
    return Calibration(warmth) if better else Calibration()


def least_sure(targets: Targets, logits: Array, fitted: Calibration, keep: float) -> Calibration:
    """Return a calibration of several classes with the probability of an answer above which the
    share ``keep`` of the rows of known classes lies.
    """
    truth, weight = np.asarray(targets.values).reshape(-1), _floats(targets.weight)
    known = (weight > 0) & (truth >= 0)
    if not known.any():
        return replace(fitted, threshold=0.0)
    scores = np.asarray(logits, np.float64)[known] / fitted.temperature
    sure, weight = softmax(scores).max(axis=1), weight[known]
    order = np.argsort(sure, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(below, 1 - keep, "right")), len(sure) - 1)
    return replace(fitted, threshold=float(sure[order][place]))


def _logistic(scores: Array, truth: Array, weight: Array) -> tuple[float, float]:
    """Fit slope and offset by Newton's method, kept within bounds; labels as Platt smooths them."""
    ones, zeros = (weight * truth).sum(), (weight * (1 - truth)).sum()
    soft = np.where(truth > 0, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    slope, offset = 1.0, 0.0
    for _ in range(ROUNDS):
        told = sigmoid(slope * scores + offset)
        error, curve = weight * (told - soft), weight * np.maximum(told * (1 - told), 1e-12)
        gradient = np.array([(error * scores).sum(), error.sum()])
        cross = (curve * scores).sum()
        hessian = np.array([[(curve * scores**2).sum(), cross], [cross, curve.sum()]])
        step = np.linalg.solve(hessian + 1e-9 * np.eye(2), gradient)
        slope = float(np.clip(slope - step[0], 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]))
        offset = float(np.clip(offset - step[1], *OFFSETS))
        if np.abs(step).max() < SETTLED:
            break
    return slope, offset


def _cross_entropy(scores: Array, truth: Array, weight: Array) -> float:
    losses = np.maximum(scores, 0) - scores * truth + np.log1p(np.exp(-np.abs(scores)))
    return float((weight * losses).sum())


def _threshold(probability: Array, positive: Array, weight: Array) -> float:
    """Return the cut of greatest accuracy, half-way between two probabilities; near one half first.

    One half stays where no other cut is better by more than chance would make it: by one standard
    error of the rows that change sides.
    """
    if not len(probability):
        return 0.5
    order = np.argsort(probability, kind="stable")
    ranked, gain = probability[order], np.where(positive[order], -1.0, 1.0) * weight[order]
    ends = np.append(ranked[1:] > ranked[:-1], True)
    right = np.append(0.0, np.cumsum(gain)[ends])
    firsts = np.append(ranked[:1], ranked[1:][ends[:-1]])
    cuts = (np.append(0.0, ranked[ends]) + np.append(firsts, 1.0)) / 2
    best = int(np.argmax(right))
    usual = gain[ranked < 0.5].sum()
    moved = (np.minimum(cuts[best], 0.5) <= ranked) & (ranked < np.maximum(cuts[best], 0.5))
    noise = float(np.sqrt((weight[order][moved] ** 2).sum()))
    return float(cuts[best]) if right[best] - usual > noise else 0.5


def _half(classes: Array) -> Array:
    """Return every other row of each class, (rows,): rows may stand in an order of classes."""
    half = np.zeros(len(classes), bool)
    half[np.argsort(classes, kind="stable")[::2]] = True
    return half


def _floats(values: Array) -> Array:
    return np.asarray(values, np.float64)
