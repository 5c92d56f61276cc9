"""Which of two answers to the same rows is better, where what tells them apart may be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Estimate, Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.task import Task


def harms(task: Task, old: Scored, new: Scored, *, order: bool = False) -> bool | None:
    """Say whether new answers are worse than old ones; None where no figure tells.

    The leading figure decides. Where its difference is within the noise of the rows, as the two
    differ on few of them, the next figure does, which hears more: log loss looks at every
    probability, accuracy at those near the border. Where that cannot tell either, the leading
    figure's sign stands.

    Args:
        task: what was answered.
        old: to hold against.
        new: to judge.
        order: whether the leading figure alone means something, as of votes.
    """
    told = [
        (metric, change)
        for metric in task.metrics()
        if metric.chooses and (change := metric.difference(old, new)).value is not None
    ]
    if not told:
        return None
    deciding = told[:1] if order or task.ranks else told[:2]
    for metric, change in deciding:
        if _apart(change):
            return _worse(metric, change)
    return _worse(*told[0])


def _apart(change: Estimate) -> bool:
    """Say whether a difference is more than chance, at 95 %."""
    if change.low is None or change.high is None:
        return False
    return change.low > 0 or change.high < 0


def _worse(metric: Metric, change: Estimate) -> bool:
    return metric.harm(0.0, change.value or 0.0) > 0
