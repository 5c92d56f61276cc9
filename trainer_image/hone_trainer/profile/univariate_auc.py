"""What each column by itself tells of the label.

A column that all but gives the label away was written after the fact, or from it: a leak. Texts are
measured by the mean label of their words, learned on training rows; everything is measured on
validation rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.metrics.scores import auc
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block

PRIOR = 10.0
"""Rows by which a word's mean label is drawn to the mean of all."""
LEAST = 10
"""Rows of either class in the validation part below which nothing is said."""


@dataclass(frozen=True)
class Alone:
    """One column against the label.

    Attributes:
        column: its name.
        auc: area under the ROC curve, at least one half: numbers count in either direction.
        missing: the same of whether the value is missing, before cleaning; None where none is.
    """

    column: str
    auc: float | None
    missing: float | None = None


def auc_of_numbers(values: NDArray[np.float64], labels: NDArray[np.float64]) -> float | None:
    """Measure a number by itself, in the better direction; missing ones rank in the middle.

    Args:
        values: (n,) of validation rows, NaN where missing.
        labels: (n,) 0 and 1.
    """
    if not measurable(labels):
        return None
    gone = np.isnan(values)
    if gone.all():
        return 0.5
    area = auc(labels, np.where(gone, np.median(values[~gone]), values))
    return None if area is None else max(area, 1 - area)


def auc_of_texts(
    tally: Tally, labels: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> float | None:
    """Measure the mean label of a text's words.

    Args:
        tally: the words of all rows.
        labels: (rows,) 0 and 1, NaN where unknown.
        chosen: (rows,) the validation rows to measure on.
    """
    if not measurable(labels[chosen]):
        return None
    return auc(labels[chosen], tally.mean_label(labels, PRIOR)[chosen])


def auc_of_gaps(name: str, before: Block, label: str) -> float | None:
    """Measure whether a value is missing, on rows as they were read; None where none is."""
    gone = before.missing(name)
    labels = before.numbers(label)
    known = ~np.isnan(labels)
    labels, gone = labels[known], gone[known]
    if not gone.any() or not measurable(labels):
        return None
    area = 0.5 + (gone[labels > 0.5].mean() - gone[labels <= 0.5].mean()) / 2
    return float(max(area, 1 - area))


def measurable(labels: NDArray[np.float64]) -> bool:
    """Say whether both classes are there often enough."""
    ones = int((labels > 0.5).sum())
    return min(ones, len(labels) - ones) >= LEAST
