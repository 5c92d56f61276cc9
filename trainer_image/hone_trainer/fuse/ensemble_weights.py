"""The share of each member in a fused answer, and the promise that fusing does no harm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.fuse.fusion import Answered
from hone_trainer.fuse.preference import harms
from hone_trainer.metrics.metric import Estimate
from hone_trainer.tasks.scoring import figures, score

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.task import Task

LEAST = 0.01
"""Members below this share cost size and time and change next to nothing: they are left out."""


@dataclass(frozen=True)
class Settled:
    """The shares that are used, and why."""

    task: Task
    shares: tuple[float, ...]
    """One per member, of sum 1; a member of share 0 is left out."""
    scored: Scored
    """The answers of those that are used."""
    each: tuple[Scored, ...]
    """Those of each member."""
    alone: int | None = None
    """The best member, where it is better than all of them together."""

    @cached_property
    def joint(self) -> dict[str, Estimate]:
        """Figures of the fused answers."""
        return figures(self.task, self.scored)

    @cached_property
    def members(self) -> tuple[dict[str, Estimate], ...]:
        """Figures of each member."""
        return tuple(figures(self.task, scored) for scored in self.each)

    @property
    def best(self) -> Settled:
        """The best member alone, by the first figure that all of them have."""
        chosen = best_of(self.task, self.members)
        shares = tuple(float(k == chosen) for k in range(len(self.each)))
        return Settled(self.task, shares, self.each[chosen], self.each, chosen)


def settle(fitted: tuple[float, ...], answered: Answered) -> Settled:
    """Drop negligible members; fall back to the best one where fusing does harm.

    Args:
        fitted: what a fusion learned, one share per member.
        answered: how the members answered the validation part.
    """
    task, targets = answered.task, answered.targets
    used = np.where(np.asarray(fitted) >= min(LEAST, max(fitted)), fitted, 0.0)
    shares = used / used.sum()
    each = tuple(score(task, targets, answered.alone(k)) for k in range(len(answered.members)))
    joint = score(task, targets, answered.joint(shares))
    settled = Settled(task, tuple(shares.tolist()), joint, each)
    best, votes = settled.best, answered.voting != "soft"
    harm = harms(task, best.scored, joint, votes=votes, chosen=not votes)
    return best if harm else settled


def best_of(task: Task, members: tuple[dict[str, Estimate], ...]) -> int:
    """Return the best of several, by the first figure that all of them have; else the first."""
    for metric in task.metrics():
        values = [each[metric.name].value for each in members]
        known = [value for value in values if value is not None]
        if metric.chooses and len(known) == len(members):
            return int(np.argmax(known) if metric.higher_is_better else np.argmin(known))
    return 0
