"""The figures of a model on the test part, beside the prior and the model before compression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.scoring import score_all
from hone_trainer.evaluate.evaluation import Judged
from hone_trainer.evaluate.segments import by_segment
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import figures, score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Target
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.models.answers import Answers
    from hone_trainer.models.network import Network


@dataclass(frozen=True)
class Beside:
    """What the model that ships is held against, besides the prior."""

    baseline: Network | None = None
    """A simple model, trained on the same rows."""
    segments: Mapping[str, tuple[NDArray[np.int32], list[str]]] = field(default_factory=dict)
    """Column -> segment of each row, and names of the segments."""


def measure(
    network: Network,
    rows: Rows,
    shipped: Iterable[Answers],
    before: Iterable[Answers] | None = None,
    beside: Beside | None = None,
) -> dict[str, Judged]:
    """Judge the answers of the model that ships.

    Args:
        network: whose targets and calibrations count.
        rows: the test part.
        shipped: its answers, in blocks.
        before: those of the model before compression.
        beside: what else they are held against.
    """
    beside = beside or Beside()
    schema, fitted = network.schema, network.calibrations
    after = score_all(schema, rows, shipped, fitted)
    first = score_all(schema, rows, before, fitted) if before is not None else {}
    simple = {}
    if (other := beside.baseline) is not None:
        simple = score_all(schema, rows, other.answer(rows.features), other.calibrations)
    judged = {}
    for target in schema.targets:
        name = target.name
        found = _judge(target, rows, after[name], first.get(name), simple.get(name))
        segments = {
            column: by_segment(target.how, rows.targets[name], after[name], *each)
            for column, each in beside.segments.items()
        }
        judged[name] = replace(found, segments=segments)
    return judged


def _judge(
    target: Target, rows: Rows, after: Scored, before: Scored | None, simple: Scored | None
) -> Judged:
    task, targets = target.how, rows.targets[target.name]
    metrics = tuple(task.metrics())
    prior = score(task, targets, [task.prior(target.facts, targets)], Calibration())
    return Judged(
        titles={metric.name: metric.title for metric in metrics},
        higher={metric.name: metric.higher_is_better for metric in metrics},
        shipped=figures(task, after),
        prior=figures(task, prior),
        before=figures(task, before) if before is not None else None,
        change={m.name: m.difference(before, after) for m in metrics}
        if before is not None
        else None,
        baseline=figures(task, simple) if simple is not None else None,
        gain={m.name: m.difference(simple, after) for m in metrics} if simple is not None else None,
    )
