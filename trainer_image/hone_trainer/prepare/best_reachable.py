"""The best that any model could do on the test part, where the source made its rows up.

Such a source knows the truth behind its rows, and so what a model that knows it too would reach.
What each row adds to a figure stands beside the columns until rows are cleaned and placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from hone_trainer.metrics import named as metric_of
from hone_trainer.metrics.mean import Mean
from hone_trainer.rows.plain_names import plain_names
from hone_trainer.tasks.rows import weights_of

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.rows.block import Block
    from hone_trainer.sources.source import Known
    from hone_trainer.tasks.task import Task

Sums = dict[str, dict[str, list[float]]]
"""Target -> figure -> the weighted sum of what rows add to it, and of their weights."""
BEST = "bestReachable"


def beside(table: Any, known: Known) -> Any:
    """Return a table with what is known of its rows as further columns."""
    for label, figures in known.items():
        for figure, values in figures.items():
            table = table.append_column(_column(label, figure), pa.array(values))
    return table


def sums(tasks: tuple[Task, ...], block: Block) -> Sums:
    """Add up what is known of the rows of a block; targets and figures of which it is nothing stay
    away.
    """
    there = set(block.table.column_names)
    names = plain_names(task.title for task in tasks)
    found: Sums = {}
    for task in tasks:
        for metric in task.metrics():
            if _column(task.label, metric.name) in there:
                told = _sum(block, task, metric)
                found.setdefault(names[task.title], {})[metric.name] = told
    return found


def best_reachable(each: Iterable[Sums]) -> dict[str, dict[str, float]]:
    """Return target -> figure -> the best that can be reached, from the sums of all blocks."""
    total: Sums = {}
    for found in each:
        for target, figures in found.items():
            so_far = total.setdefault(target, {})
            for figure, (value, weight) in figures.items():
                before = so_far.get(figure, [0.0, 0.0])
                so_far[figure] = [before[0] + value, before[1] + weight]
    return {target: dict(_figures(figures)) for target, figures in total.items()}


def named(found: dict[str, dict[str, float]], targets: int) -> dict[str, float]:
    """Return the same by the names that a status shows.

    Args:
        found: what ``best_reachable`` gave.
        targets: how many there are; names say which one where there are several.
    """
    return {
        f"{'' if targets == 1 else f'{target}.'}{BEST}{figure[0].upper()}{figure[1:]}": value
        for target, figures in found.items()
        for figure, value in figures.items()
    }


def _column(label: str, figure: str) -> str:
    """Return a name that no column of a source has: a null is not text."""
    return f"\x00known {figure} {label}"


def _sum(block: Block, task: Task, metric: Metric) -> list[float]:
    values = block.numbers(_column(task.label, metric.name))
    weight = np.where(np.isnan(values), 0.0, weights_of(task, block))
    return [float(np.nan_to_num(values) @ weight), float(weight.sum())]


def _figures(sums: dict[str, list[float]]) -> Iterator[tuple[str, float]]:
    for name, (value, weight) in sums.items():
        if weight:
            metric, mean = metric_of(name), value / weight
            yield name, metric.of(np.array([mean])) if isinstance(metric, Mean) else mean
