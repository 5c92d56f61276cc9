"""How much one column by itself tells of what is predicted: what every measure of it gives.

Texts and groups learn on training rows, and everything is measured on validation rows. Numbers
count in either direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.tasks.task import Task

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
PRIOR = 10.0
"""Rows by which what a word says of the label is drawn to what all rows say."""
LEAST = 10
"""Rows of another label in the validation part below which nothing is said."""
LEAK_AUC = 0.95
"""A column that ranks so well by itself is seldom known before the fact."""


@dataclass(frozen=True)
class Measure:
    """A way to measure a column against labels of one kind; None where nothing can be said.

    Attributes:
        title: what people call its figure.
        leak: the figure from which on a column is said to give the label away.
        of_numbers: of values (rows,), NaN where missing; labels (rows,); parts (rows,).
        of_texts: of the words of all rows, and labels (rows,).
        of_gaps: the area under the ROC curve of whether a value is missing (rows,), against labels
            (rows,); of rows as they were read.
    """

    title: str
    leak: float
    of_numbers: Callable[[Floats, Floats, NDArray[np.int8]], float | None]
    of_texts: Callable[[Tally, Floats], float | None]
    of_gaps: Callable[[Marks, Floats], float | None]


def labels_of(task: Task, block: Block) -> Floats:
    """Return the labels (rows,) of a task, NaN where a row has none: numbers, or codes of names.

    Codes are in the order of the alphabet, so that equal rows are equal however they are stored.
    """
    if block.form(task.label) == "text":
        texts = block.texts(task.label)
        names: Any = texts.words.to_numpy(zero_copy_only=False)
        ranks = np.argsort(np.argsort(names.astype(str))).astype(np.float64)
        labels = np.append(ranks, np.nan)[texts.codes]
    else:
        labels = block.numbers(task.label).copy()
    if task.where is not None:
        labels[block.numbers(task.where) != 1] = np.nan
    return labels


def taught_and_held(
    labels: Floats, parts: NDArray[np.int8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which rows (rows,) with a label are of the training part, and which are measured on."""
    known = ~np.isnan(labels)
    return known & (parts == 0), known & (parts == PARTS.index("validation"))
