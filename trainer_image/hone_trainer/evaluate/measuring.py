"""The figures of a model on the test part, beside the prior and the model before compression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.scoring import score_all
from hone_trainer.evaluate.evaluation import PRIOR, Judged
from hone_trainer.evaluate.segments import by_segment
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Target
    from hone_trainer.metrics.metric import Estimate, Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.models.answers import Answers
    from hone_trainer.models.network import Network


MODEL = "model"
"""Who ships, in the legend of a picture."""


@dataclass(frozen=True)
class Beside:
    """What the model that ships is held against, besides the prior."""

    baseline: Network | None = None
    """A simple model, trained on the same rows."""
    called: str = "baseline"
    """Its name in the legend of a picture."""
    segments: Mapping[str, tuple[NDArray[np.int32], list[str]]] = field(default_factory=dict)
    """Column -> segment of each row, and names of the segments."""
    asked: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    """Target -> figures that gates ask for."""


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
        found = _judge(target, rows, beside, after[name], first.get(name), simple.get(name))
        segments = {
            column: by_segment(target.how, rows.targets[name], after[name], *each)
            for column, each in beside.segments.items()
        }
        judged[name] = replace(found, segments=segments)
    return judged


def _judge(
    target: Target,
    rows: Rows,
    beside: Beside,
    after: Scored,
    before: Scored | None,
    simple: Scored | None,
) -> Judged:
    task, targets = target.how, rows.targets[target.name]
    asked = beside.asked.get(target.name, ())
    metrics = {metric.name: metric for metric in (*task.metrics(), *asked)}
    prior = score(task, targets, [task.prior(target.facts, targets)], Calibration())

    everybody = {MODEL: after, beside.called: simple, PRIOR: prior}
    answered = {who: scored for who, scored in everybody.items() if scored is not None}

    def estimates(scored: Scored) -> dict[str, Estimate]:
        return {name: metric.estimate(scored) for name, metric in metrics.items()}

    def against(other: Scored) -> dict[str, Estimate]:
        return {name: metric.difference(other, after) for name, metric in metrics.items()}

    return Judged(
        titles={name: metric.heading for name, metric in metrics.items()},
        higher={name: metric.higher_is_better for name, metric in metrics.items()},
        shipped=estimates(after),
        prior=estimates(prior),
        before=None if before is None else estimates(before),
        change=None if before is None else against(before),
        baseline=None if simple is None else estimates(simple),
        gain=None if simple is None else against(simple),
        pictures=tuple(task.pictures(target.facts, answered)) if after.total else (),
    )
