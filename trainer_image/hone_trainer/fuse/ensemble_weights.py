"""The share of each member in a fused answer, and the promise that fusing does no harm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hone_trainer.fuse.fusion import Answered
from hone_trainer.metrics.metric import Estimate
from hone_trainer.tasks.scoring import figures, score

LEAST = 0.01
"""Members below this share cost size and time and change next to nothing: they are left out."""


@dataclass(frozen=True)
class Settled:
    """The shares that are used, and why."""

    shares: tuple[float, ...]
    """One per member, of sum 1; a member of share 0 is left out."""
    joint: dict[str, Estimate]
    """Figures of the fused answers."""
    members: tuple[dict[str, Estimate], ...]
    """Figures of each member."""
    alone: int | None = None
    """The best member, where it is better than all of them together."""


def settle(fitted: tuple[float, ...], answered: Answered) -> Settled:
    """Drop negligible members; fall back to the best one where fusing does harm.

    Harm is told by the task's leading figure, by the next one where that is not defined.

    Args:
        fitted: what a fusion learned, one share per member.
        answered: how the members answered the validation part.
    """
    task, targets = answered.task, answered.targets
    used = np.where(np.asarray(fitted) >= min(LEAST, max(fitted)), fitted, 0.0)
    shares = used / used.sum()
    members = tuple(
        figures(task, score(task, targets, answered.alone(k))) for k in range(len(answered.members))
    )
    joint = figures(task, score(task, targets, answered.joint(shares)))
    for metric in task.metrics():
        values = [each[metric.name].value for each in members]
        known = [value for value in values if value is not None]
        fused = joint[metric.name].value
        if not metric.chooses or fused is None or len(known) < len(values):
            continue
        harms = [metric.harm(value, fused) for value in known]
        best = int(np.argmax(harms))
        if harms[best] > 0:
            alone = tuple(float(k == best) for k in range(len(members)))
            return Settled(alone, members[best], members, best)
        break
    return Settled(tuple(shares.tolist()), joint, members)
