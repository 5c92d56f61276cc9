"""What a column by itself tells of a label that is 0 or 1: the area under the ROC curve.

Texts are measured by the mean label of their words, learned on training rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.metrics.scores import auc
from hone_trainer.profile.measure import (
    LEAK_AUC,
    LEAST,
    PRIOR,
    Floats,
    Marks,
    Measure,
    taught_and_held,
)
from hone_trainer.profile.value_counts import Tally


def auc_of_numbers(values: Floats, labels: Floats) -> float | None:
    """Measure a number by itself, in the better direction; missing ones rank in the middle.

    Args:
        values: (n,), NaN where missing.
        labels: (n,) 0 and 1.

    Returns:
        At least one half; None where either label is rare.
    """
    if not measurable(labels):
        return None
    gone = np.isnan(values)
    if gone.all():
        return 0.5
    area = auc(labels, np.where(gone, np.median(values[~gone]), values))
    return None if area is None else max(area, 1 - area)


def auc_of_texts(tally: Tally, labels: Floats) -> float | None:
    """Measure the mean label of a text's words.

    Args:
        tally: the words of all rows.
        labels: (rows,) 0 and 1, NaN where unknown.
    """
    _, held = taught_and_held(labels, tally.parts)
    if not measurable(labels[held]):
        return None
    return auc(labels[held], tally.mean_label(labels, PRIOR)[held])


def auc_of_gaps(gone: Marks, labels: Floats) -> float | None:
    """Measure whether a value is missing; None where none is."""
    known = ~np.isnan(labels)
    labels, gone = labels[known], gone[known]
    if not gone.any() or not measurable(labels):
        return None
    area = 0.5 + (gone[labels > 0.5].mean() - gone[labels <= 0.5].mean()) / 2
    return float(max(area, 1 - area))


def measurable(labels: Floats) -> bool:
    """Say whether both labels are there often enough."""
    ones = int((labels > 0.5).sum())
    return min(ones, len(labels) - ones) >= LEAST


def _of_numbers(values: Floats, labels: Floats, parts: NDArray[np.int8]) -> float | None:
    _, held = taught_and_held(labels, parts)
    return auc_of_numbers(values[held], labels[held])


AUC = Measure("AUC", LEAK_AUC, _of_numbers, auc_of_texts, auc_of_gaps)
