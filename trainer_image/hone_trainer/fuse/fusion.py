"""What every fusion is: a way to make one answer from those of several members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.contract.spec import Spec
from hone_trainer.tasks.ballots import Voting, cast

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array, Targets
    from hone_trainer.tasks.task import Task

Member = dict[str, "Array"]
"""Name of an answer -> array (rows, …), which may lie in a file."""


NO_VOTES = {
    "hard": (
        "fuse.vote.voting: hard counts votes for classes, and the answers to {!r} are none: leave"
        " it out, or choose weightedAverage"
    ),
    "ranks": (
        "fuse.vote.voting: ranks counts places among classes or items, and an answer to {!r} says"
        " nothing of places: leave it out, or choose weightedAverage, which brings scores to one"
        " scale"
    ),
}
TINY = 1e-9
"""Standard deviation of scores that put nothing in any order."""
AT_ONCE = 1 << 22
"""Numbers of a member's answers that are averaged at a time."""


@dataclass(frozen=True)
class Answered:
    """How several members answered the same rows."""

    task: Task
    targets: Targets
    members: tuple[Member, ...]
    voting: Voting = "soft"
    """What of each answer counts where they answer together."""

    @cached_property
    def factors(self) -> Array:
        """By what each member's answers are multiplied before they are averaged, (members,).

        One, but for scores, whose unit is each model's own: what spreads wide in its lists would
        decide alone. So these are brought to a standard deviation of 1 within a list.
        """
        import numpy as np

        ones = np.ones(len(self.members))
        if self.task.mixes_in != "score":
            return ones
        told, group = np.asarray(self.targets.weight) > 0, self.targets.group
        _, lists = np.unique(np.zeros(len(told)) if group is None else group, return_inverse=True)
        for k, member in enumerate(self.members):
            scores = np.asarray(next(iter(member.values())), np.float64).reshape(-1)
            sums = np.bincount(lists[told], scores[told], lists.max() + 1)
            counts = np.bincount(lists[told], minlength=lists.max() + 1)
            apart = scores[told] - (sums / np.maximum(counts, 1))[lists[told]]
            spread = float(np.sqrt(np.mean(apart**2))) if told.any() else 0.0
            ones[k] = 1 / spread if np.isfinite(spread) and spread > TINY else 1.0
        return ones

    def scaled(self, shares: Array) -> list[float]:
        """Return the shares of the members' own answers, of sum 1."""
        found = shares * self.factors
        return [float(share) for share in found / found.sum()]

    def joint(self, shares: Array) -> Iterator[Member]:
        """Yield the average of the members' answers, weighted by their shares, in blocks."""
        import numpy as np

        rows = len(self.targets.weight)
        widest = max(int(np.prod(each.shape[1:])) for each in self.members[0].values())
        step = max(1, AT_ONCE // widest)
        for start in range(0, rows, step):
            here = slice(start, start + step)
            told = [
                {name: np.asarray(values[here], np.float64) for name, values in member.items()}
                for member in self.members
            ]
            if self.voting != "soft" and np.count_nonzero(shares) > 1:
                told = [cast(each, self.voting) for each in told]
            pairs = list(zip(shares * self.factors, told, strict=True))
            yield {name: sum(share * each[name] for share, each in pairs) for name in told[0]}

    def alone(self, member: int) -> Iterator[Member]:
        """Yield the answers of one member, in blocks."""
        import numpy as np

        yield from self.joint(np.eye(len(self.members))[member])


class Fusion(Spec):
    """A way to make one answer from those of several members."""

    trains: ClassVar[bool] = False
    """Whether there is something on top of the members that is trained."""

    @property
    def counts(self) -> Voting:
        """What of each member's answer counts."""
        return "soft"

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Learn one share per member on the validation part: not negative, of sum 1."""
        raise NotImplementedError
