"""The figures of a model on the test part, beside the prior and the model before compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.evaluate.evaluation import Judged
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import figures, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.models.answers import Answers
    from hone_trainer.models.network import Network


def measure(
    network: Network,
    rows: Rows,
    shipped: Sequence[Answers],
    before: Sequence[Answers] | None = None,
) -> dict[str, Judged]:
    """Judge the answers of the model that ships.

    Args:
        network: whose targets and calibrations count.
        rows: the test part.
        shipped: its answers, in blocks.
        before: those of the model before compression.
    """
    found = {}
    for target in network.schema.targets:
        task, name = target.how, target.name
        targets, calibration = rows.targets[name], network.calibration(name)
        after = score(task, targets, (block[name] for block in shipped), calibration)
        prior = score(task, targets, [task.prior(target.facts, targets)], Calibration())
        judged = Judged(
            titles={metric.name: metric.title for metric in task.metrics()},
            higher={metric.name: metric.higher_is_better for metric in task.metrics()},
            shipped=figures(task, after),
            prior=figures(task, prior),
        )
        if before is not None:
            first = score(task, targets, (block[name] for block in before), calibration)
            judged = Judged(
                judged.titles,
                judged.higher,
                judged.shipped,
                judged.prior,
                figures(task, first),
                {m.name: m.difference(first, after) for m in task.metrics()},
            )
        found[name] = judged
    return found
