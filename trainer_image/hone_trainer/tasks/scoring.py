"""From the answers of a model to its figures, whatever it predicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.metrics.scored import NotFinite, Scored, concatenate
from hone_trainer.tasks.learned import Calibration, Targets

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Estimate
    from hone_trainer.tasks.learned import Array
    from hone_trainer.tasks.task import Task


def score(
    task: Task,
    targets: Targets,
    answers: Iterable[dict[str, Array]],
    calibration: Calibration | None = None,
) -> Scored:
    """Reduce answers to what figures read, block by block: none of them is kept.

    Args:
        task: what is predicted.
        targets: of all rows.
        answers: of the same rows, in blocks, in their order.
        calibration: what decisions rest on.

    Raises:
        NotFinite: the model answered with something that is no number.
    """
    parts, start = [], 0
    for block in joined(answers) if task.listed else answers:
        stop = start + len(next(iter(block.values())))
        part = targets.take(slice(start, stop))
        parts.append(task.reduce(part, block, calibration or Calibration()))
        start = stop
    return concatenate(parts)


def joined(blocks: Iterable[dict[str, Array]]) -> Iterator[dict[str, Array]]:
    """Yield all blocks as one: a list may lie in several."""
    every = list(blocks)
    if not every:
        return
    yield {name: np.concatenate([block[name] for block in every]) for name in every[0]}


def figures(task: Task, scored: Scored) -> dict[str, Estimate]:
    """Return every figure of a task by its name, the one that decides first."""
    return {metric.name: metric.estimate(scored) for metric in task.metrics()}


@contextmanager
def finite(who: str) -> Iterator[None]:
    """Let a stage fail with a reason where a model answers with something that is no number.

    Raises:
        StageFailure: AnswersNotFinite.
    """
    try:
        yield
    except NotFinite as odd:
        message = f"{who} answers with something that is no number ({odd}): train it anew"
        raise StageFailure("AnswersNotFinite", message) from None


__all__ = ["NotFinite", "figures", "finite", "score"]
