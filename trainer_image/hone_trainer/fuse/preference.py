"""Which of two answers to the same rows is better, where what tells them apart may be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Estimate
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.task import Task


def harms(
    task: Task,
    old: Scored,
    new: Scored,
    *,
    votes: bool = False,
    chosen: bool = False,
    doubtful: bool = False,
) -> bool:
    """Say whether new answers are worse than old ones.

    The leading figure decides. Where its difference is within the noise of the rows, as the two
    differ on few of them, the next figure does, which hears more: it looks at all that is said of a
    row, the leading one often at what comes first alone. Where that cannot tell either, the leading
    figure's sign stands, but for what is ``chosen`` or ``doubtful``.

    Args:
        task: what was answered.
        old: to hold against.
        new: to judge.
        votes: whether the leading figure alone means something.
        chosen: whether the old ones are those of the best of several on these very rows, and look
            better than they are: harm has to be shown then.
        doubtful: whether the new ones were learned on few rows: gain has to be shown then.
    """
    told = [
        (metric.harm(0.0, change.value), change)
        for metric in task.metrics()
        if metric.chooses and (change := metric.difference(old, new)).value is not None
    ]
    for harm, change in told[:1] if votes or task.ranks else told[:2]:
        if _apart(change):
            return harm > 0
    return doubtful or (bool(told) and told[0][0] > 0 and not chosen)


def _apart(change: Estimate) -> bool:
    """Say whether a difference is more than chance, at 95 %."""
    if change.low is None or change.high is None:
        return False
    return change.low > 0 or change.high < 0
