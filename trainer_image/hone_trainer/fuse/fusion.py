"""What every fusion is: a way to make one answer from those of several members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hone_trainer.contract.spec import Words

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array, Targets
    from hone_trainer.tasks.task import Task

Member = dict[str, "Array"]
"""Name of an answer -> array (rows, …)."""


@dataclass(frozen=True)
class Answered:
    """How several members answered the same rows."""

    task: Task
    targets: Targets
    members: tuple[Member, ...]

    def joint(self, shares: Array) -> Member:
        """Return the average of the members' answers, weighted by their shares."""
        return {
            name: sum(
                share * member[name] for share, member in zip(shares, self.members, strict=True)
            )
            for name in self.members[0]
        }


class Fusion(Words):
    """A way to make one answer from those of several members."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Learn one share per member on the validation part: not negative, of sum 1."""
        raise NotImplementedError
