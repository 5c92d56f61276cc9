"""The figures of a model on the test part, beside the prior and the model before compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.dataset.scoring import score_all
from hone_trainer.evaluate.evaluation import Judged
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import figures, score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Target
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.models.answers import Answers
    from hone_trainer.models.network import Network


def measure(
    network: Network,
    rows: Rows,
    shipped: Iterable[Answers],
    before: Iterable[Answers] | None = None,
) -> dict[str, Judged]:
    """Judge the answers of the model that ships.

    Args:
        network: whose targets and calibrations count.
        rows: the test part.
        shipped: its answers, in blocks.
        before: those of the model before compression.
    """
    schema, fitted = network.schema, network.calibrations
    after = score_all(schema, rows, shipped, fitted)
    first = score_all(schema, rows, before, fitted) if before is not None else {}
    return {
        target.name: _judge(target, rows, after[target.name], first.get(target.name))
        for target in schema.targets
    }


def _judge(target: Target, rows: Rows, after: Scored, before: Scored | None) -> Judged:
    task, targets = target.how, rows.targets[target.name]
    prior = score(task, targets, [task.prior(target.facts, targets)], Calibration())
    return Judged(
        titles={metric.name: metric.title for metric in task.metrics()},
        higher={metric.name: metric.higher_is_better for metric in task.metrics()},
        shipped=figures(task, after),
        prior=figures(task, prior),
        before=figures(task, before) if before is not None else None,
        change={m.name: m.difference(before, after) for m in task.metrics()}
        if before is not None
        else None,
    )
