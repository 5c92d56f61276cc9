"""Weights of several members averaged, and held against the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.fuse.averaging import CLOCK, figure, figure_name
from hone_trainer.models.network import Network, Part
from hone_trainer.tasks.scoring import figures, finite, joined, score

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.averaging import Average
    from hone_trainer.fuse.fusion import Member
    from hone_trainer.fuse.fusions.soup import Soup
    from hone_trainer.metrics.metric import Estimate, Metric
    from hone_trainer.pod.context import Context

UNFIT = "MemberUnfit"
REMEDY = "average their answers: vote, or weightedAverage"


def souped(how: Soup, average: Average, starts: Sequence[str], ctx: Context) -> Report:
    """Commit the average of the weights, or the best member where that is better.

    Args:
        how: which members are taken.
        average: how the members answered the validation part.
        starts: the digest of what each began with; empty where that was chance.
        ctx: the pod around it.

    Raises:
        StageFailure: their weights cannot be averaged (MemberUnfit).
    """
    require_alike(average.members, starts)
    best, task = average.best, average.answered.task
    metric = next(m for m in task.metrics() if best.joint[m.name].value is not None and m.chooses)
    order = _order(average, metric)
    if how.choice == "uniform":
        taken = order
        told = _judge(average, averaged([average.members[k] for k in taken]))
    else:
        taken, told = order[:1], _judge(average, average.members[order[0]])
        for member in order[1:]:
            tried = _judge(average, averaged([average.members[k] for k in (*taken, member)]))
            if metric.harm(_value(told, metric), _value(tried, metric)) <= 0:
                taken, told = [*taken, member], tried
    kept = averaged([average.members[k] for k in taken])
    before, after = best.joint[metric.name].value, _value(told, metric)
    said = f"{metric.heading} {figure(before)} of the best member, {figure(after)} of the average"
    said += f" of {len(taken)} of {len(order)} members' weights"
    metrics = {figure_name("val", n): e.value for n, e in told.items()}
    if metric.harm(before or 0.0, after) > 0:
        kept, said = average.members[order[0]], f"{said}: the best member goes on alone"
        metrics = {figure_name("val", n): e.value for n, e in best.joint.items()}
    elif task.calibrates:
        kept = _calibrated(average, kept)
    facts = {**average.facts, "taken": taken, "startDigest": starts[0]}
    known = {name: value for name, value in metrics.items() if value is not None}
    shown = known | average.alone
    return ctx.commit(kept.save(ctx), facts, metrics=shown, message=said, aside=(CLOCK,))


def require_alike(members: Sequence[Network], starts: Sequence[str]) -> None:
    """Refuse members whose weights mean nothing to each other.

    Raises:
        StageFailure: MemberUnfit.
    """
    where = "fuse.soup averages weights"
    if any(len(network.parts) != 1 for network in members):
        raise StageFailure(UNFIT, f"{where}, and a member is several models itself: {REMEDY}")
    if any(network.parts[0].model != members[0].parts[0].model for network in members):
        raise StageFailure(UNFIT, f"{where}, and members are of several architectures: {REMEDY}")
    if len(members) > 1 and (not starts[0] or len(set(starts)) > 1):
        apart = "began by chance, each its own" if not all(starts) else "began apart"
        remedy = f"train them with one startFrom, or {REMEDY}"
        raise StageFailure(UNFIT, f"{where}, and these members {apart}: {remedy}")


def averaged(members: Sequence[Network]) -> Network:
    """Return a network with the mean of the weights of several."""
    first = members[0]
    arrays = zip(*(network.parts[0].arrays for network in members), strict=True)
    means = tuple(
        np.mean(np.stack([each.astype(np.float64) for each in alike]), axis=0).astype(
            alike[0].dtype
        )
        for alike in arrays
    )
    return replace(first, parts=(Part(first.parts[0].model, means),), calibrations={})


def _order(average: Average, metric: Metric) -> list[int]:
    """Return the members, the best first."""
    values = [each[metric.name].value for each in average.settled.members]
    known = [-np.inf if v is None else v if metric.higher_is_better else -v for v in values]
    return [int(k) for k in np.argsort(-np.asarray(known), kind="stable")]


def _answers(average: Average, network: Network) -> Member:
    target = network.schema.targets[0]
    (whole,) = joined(block[target.name] for block in network.answer(average.rows.features))
    return whole


def _judge(average: Average, network: Network) -> dict[str, Estimate]:
    answered = average.answered
    with finite("the average of the weights"):
        told = score(answered.task, answered.targets, [_answers(average, network)])
        return figures(answered.task, told)


def _calibrated(average: Average, network: Network) -> Network:
    name = network.schema.targets[0].name
    return network.calibrated(average.rows, {name: _answers(average, network)})


def _value(told: dict[str, Estimate], metric: Metric) -> float:
    value = told[metric.name].value
    return value if value is not None else -np.inf if metric.higher_is_better else np.inf
