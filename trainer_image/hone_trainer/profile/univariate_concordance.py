"""What a column by itself tells of a number: how often it ranks two rows as the number does.

That is the C index of Harrell (1982), which of a label with two values is the area under the ROC
curve: ties of the column count one half, and rows with the same number are no pair. Values are
compared by hundredths of their ranks, so that it takes no longer than to sort them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.profile.groups import group_ends
from hone_trainer.profile.measure import (
    LEAK_AUC,
    LEAST,
    PRIOR,
    Floats,
    Marks,
    Measure,
    taught_and_held,
)
from hone_trainer.profile.univariate_auc import auc_of_numbers
from hone_trainer.profile.value_counts import Tally

GROUPS = 100


def concordance(values: Floats, labels: Floats) -> float | None:
    """Return the chance that of two rows with different labels the column ranks the larger higher.

    Args:
        values: (n,) without a gap.
        labels: (n,) numbers.

    Returns:
        In the better direction, so at least one half; None where hardly any labels differ.
    """
    table = _together(_groups(values), _groups(labels))
    rows, of_label, of_value = table.sum(), table.sum(axis=0), table.sum(axis=1)
    pairs = (rows**2 - (of_label**2).sum()) / 2
    if rows < 2 * LEAST or pairs < LEAST * (rows - LEAST):
        return None
    below = np.zeros_like(table)
    below[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
    tied = ((of_value**2).sum() - (table**2).sum()) / 2
    area = float(((table * below).sum() + tied / 2) / pairs)
    return max(area, 1 - area)


def concordance_of_numbers(values: Floats, labels: Floats, parts: NDArray[np.int8]) -> float | None:
    """Measure a number on validation rows; missing ones rank in the middle."""
    _, held = taught_and_held(labels, parts)
    values = values[held]
    gone = np.isnan(values)
    middle = np.median(values[~gone]) if not gone.all() else 0.0
    return concordance(np.where(gone, middle, values), labels[held])


def concordance_of_texts(tally: Tally, labels: Floats) -> float | None:
    """Measure the mean rank of the labels of a text's words, as training rows know it."""
    _, held = taught_and_held(labels, tally.parts)
    ranks = np.full(len(labels), np.nan)
    known = ~np.isnan(labels)
    ranks[known] = _groups(labels[known]) / GROUPS
    return concordance(tally.mean_label(ranks, PRIOR)[held], labels[held])


def auc_of_gaps(gone: Marks, labels: Floats) -> float | None:
    """Measure how well the number tells whether the value is missing: it does so both ways."""
    known = ~np.isnan(labels)
    return auc_of_numbers(labels[known], gone[known].astype(np.float64))


def _groups(values: Floats) -> NDArray[np.int64]:
    """Return the group (n,) of each value; equal values are in one, and order is kept."""
    return np.searchsorted(group_ends(np.sort(values), GROUPS), values).astype(np.int64)


def _together(first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    """Count rows by both of their groups."""
    cells = np.bincount(first * GROUPS + second, minlength=GROUPS * GROUPS)
    return cells.reshape(GROUPS, GROUPS).astype(np.float64)


CONCORDANCE = Measure(
    "concordance", LEAK_AUC, concordance_of_numbers, concordance_of_texts, auc_of_gaps
)
