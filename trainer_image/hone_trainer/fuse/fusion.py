"""What every fusion is: a way to make one answer from those of several members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array, Targets
    from hone_trainer.tasks.task import Task

Member = dict[str, "Array"]
"""Name of an answer -> array (rows, …), which may lie in a file."""


AT_ONCE = 1 << 22
"""Numbers of a member's answers that are averaged at a time."""


@dataclass(frozen=True)
class Answered:
    """How several members answered the same rows."""

    task: Task
    targets: Targets
    members: tuple[Member, ...]

    def joint(self, shares: Array) -> Iterator[Member]:
        """Yield the average of the members' answers, weighted by their shares, in blocks."""
        import numpy as np

        rows = len(self.targets.weight)
        widest = max(int(np.prod(each.shape[1:])) for each in self.members[0].values())
        step = max(1, AT_ONCE // widest)
        for start in range(0, rows, step):
            here = slice(start, start + step)
            yield {
                name: sum(
                    share * np.asarray(member[name][here], np.float64)
                    for share, member in zip(shares, self.members, strict=True)
                )
                for name in self.members[0]
            }

    def alone(self, member: int) -> Iterator[Member]:
        """Yield the answers of one member, in blocks."""
        import numpy as np

        yield from self.joint(np.eye(len(self.members))[member])


class Fusion(Spec):
    """A way to make one answer from those of several members."""

    trains: ClassVar[bool] = False
    """Whether there is something on top of the members that is trained."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Learn one share per member on the validation part: not negative, of sum 1."""
        raise NotImplementedError
