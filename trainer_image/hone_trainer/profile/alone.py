"""What each column by itself tells of what tasks predict.

A column that all but gives the label away was written after the fact, or from it: a leak. Columns
that no model reads give nothing away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hone_trainer.columns import Column
from hone_trainer.profile.measure import Measure, labels_of
from hone_trainer.profile.univariate_auc import AUC
from hone_trainer.profile.univariate_concordance import CONCORDANCE
from hone_trainer.profile.univariate_gain import GAIN
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block
from hone_trainer.tasks.task import Reading, Task

MEASURES: dict[Reading, Measure] = {
    "label": AUC,
    "amount": CONCORDANCE,
    "grade": CONCORDANCE,
    "category": GAIN,
}
"""How labels are read -> by what columns are measured against them."""


@dataclass(frozen=True)
class Alone:
    """One column against one label, on cleaned validation rows.

    Attributes:
        column: its name.
        label: the column that is predicted.
        measure: by what it is measured.
        figure: how far it tells the label; None where there are too few rows to say.
        leak: the figure from which on it gives the label away.
        missing: area under the ROC curve of whether its value is missing, before cleaning; None
            where none is.
    """

    column: str
    label: str
    measure: str
    figure: float | None
    leak: float
    missing: float | None = None


def alone(
    task: Task,
    columns: tuple[Column, ...],
    before: Block,
    after: Block,
    thinned: Block,
    tallies: dict[str, Tally],
) -> Iterator[Alone]:
    """Measure each column that a model may read.

    Args:
        task: what is predicted.
        columns: those to measure; what tasks read is passed over.
        before: rows as they were read.
        after: cleaned rows.
        thinned: fewer of them, for figures that need values in order.
        tallies: the words of each text column of ``after``.
    """
    measure = MEASURES[task.reads]
    whole, fewer, read = (labels_of(task, block) for block in (after, thinned, before))
    for column in columns:
        name = column.name
        if column.value.target or name == task.label:
            continue
        if name in tallies:
            figure = measure.of_texts(tallies[name], whole)
        elif after.form(name) == "number":
            figure = measure.of_numbers(thinned.numbers(name), fewer, thinned.parts)
        else:
            continue
        missing = measure.of_gaps(before.missing(name), read)
        yield Alone(name, task.label, measure.title, figure, measure.leak, missing)
