"""What was trained on top of members, held against them: the better one goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hone_trainer.fuse.averaging import explain, figure, figure_name
from hone_trainer.fuse.preference import harms
from hone_trainer.tasks.scoring import figures, finite, score
from hone_trainer.train.facts import COUNTED
from hone_trainer.train.outcome import Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.averaging import Average
    from hone_trainer.fuse.ensemble_weights import Settled
    from hone_trainer.metrics.metric import Estimate
    from hone_trainer.pod.context import Context
    from hone_trainer.tasks.task import Task
    from hone_trainer.train.loop import Training


def judged(
    ended: Training,
    average: Average,
    before: Settled,
    ctx: Context,
    chosen: NDArray[np.intp] | None = None,
) -> Report:
    """Commit what was trained, or what it was made of where that is better on the validation part.

    Args:
        ended: the training.
        average: of the members.
        before: what it is held against.
        ctx: the pod around it.
        chosen: the validation rows to judge on, where it was trained on others of them.

    Raises:
        StageFailure: it answers with something that is no number (AnswersNotFinite).
    """
    outcome = Outcome.of(ended)
    network, task = outcome.network, average.answered.task
    target = network.schema.targets[0]
    here = average if chosen is None else average.on(chosen)
    against = before if chosen is None else here.settled
    blocks = (block[target.name] for block in network.answer(here.rows.features))
    with finite("what was trained"):
        scored = score(task, here.answered.targets, blocks)
    trained = figures(task, scored)
    facts = {**outcome.facts, **average.facts}
    few = chosen is not None  # learned on what is left of the validation part
    worse = harms(task, against.scored, scored, doubtful=few)
    said = _said(task, against, trained)
    if worse:
        return ctx.commit(
            files=replace(average, settled=before).network.save(ctx),
            facts=facts | {"kept": "average" if before.alone is None else "member"},
            metrics=replace(average, settled=before).metrics,
            message=f"{said}: training was for nothing; {explain(before, task)}",
            aside=tuple(name for name in facts if name not in COUNTED),
        )
    named = {figure_name("val", name): each.value for name, each in trained.items()}
    metrics = {name: value for name, value in named.items() if value is not None} | here.alone
    return Outcome(
        network, facts | {"kept": "trained"}, metrics, f"{said}; {outcome.message}", outcome.curves
    ).commit(ctx)


def _said(task: Task, before: Settled, trained: dict[str, Estimate]) -> str:
    """Say what became of the first figure that both have."""
    for metric in task.metrics():
        new, old = (each[metric.name].value for each in (trained, before.joint))
        if metric.chooses and new is not None and old is not None:
            return f"{metric.heading} {figure(old)} before and {figure(new)} after it was trained"
    return "no figure tells whether training helped"
