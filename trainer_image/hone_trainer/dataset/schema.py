"""What a model reads of a data set, and what it predicts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from hone_trainer.contract.spec import Spec
from hone_trainer.rows.field import Field
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned
from hone_trainer.tasks.task import Task


class Target(Spec):
    """Something that is predicted: its task, and what was learned of it on training rows."""

    name: str
    """Plain and unique among the targets."""
    task: AnyTask
    learned: dict[str, Any]
    """The JSON form of ``Learned``."""

    @property
    def how(self) -> Task:
        """The task itself."""
        task: Task = self.task.value
        return task

    @cached_property
    def facts(self) -> Learned:
        """What was learned."""
        return Learned.read(self.learned)

    @property
    def outputs(self) -> int:
        """How many logits it has."""
        return len(self.how.bias(self.facts))

    @property
    def value_column(self) -> str:
        """The column of shards that holds its values; no field has such a name."""
        return self.column("value")

    @property
    def weight_column(self) -> str:
        """The column of shards that holds its weights; no field has such a name."""
        return self.column("weight")

    def column(self, name: str) -> str:
        """Return the column of shards that holds something of it; no field has such a name."""
        return f"{self.name}\x00{name}"


class Schema(Spec):
    """The columns of a data set."""

    fields: tuple[Field, ...]
    targets: tuple[Target, ...] = ()
    """The first leads."""
    rows: int = 0
    """Training rows: what a model's size and its defaults go by."""

    @property
    def shares(self) -> tuple[float, ...]:
        """How much the mean loss of each target counts: where nothing is said, as many times as
        there are rows that have it, of those that have the commonest; so that rows count alike.
        """
        most = max((target.facts.rows for target in self.targets), default=0)
        return tuple(_share(target, most) for target in self.targets)

    @property
    def ids(self) -> tuple[Field, ...]:
        """The id columns, in order."""
        return tuple(field for field in self.fields if field.kind == "id")

    @property
    def numbers(self) -> tuple[Field, ...]:
        """The number columns, in order."""
        return tuple(field for field in self.fields if field.kind == "number")


def _share(target: Target, most: int) -> float:
    if target.how.share is not None:
        return target.how.share
    return target.facts.rows / most if target.facts.rows else 1.0
