"""Both labels made to count the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.balancing import Counts
from hone_trainer.augment.repeat import ByRepeating
from hone_trainer.augment.smote import BySmote
from hone_trainer.augment.weights import ByWeights
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import OneOf
from hone_trainer.tasks.task import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema


class AnyBalancing(OneOf):
    """How labels are balanced."""

    weights: ByWeights | None = None
    """By how much each row counts."""
    repeat: ByRepeating | None = None
    """By repeating rows of the rarer label."""
    smote: BySmote | None = None
    """By new rows between rows of the rarer label."""


class Balance(Augmentation):
    """Let both labels count the same, however rare one is.

    Labels are counted before anything is augmented, by the task's own weights. What that does to
    probabilities is known and taken off again, so that answers are as frequent as the source has
    them.
    """

    reads: ClassVar[frozenset[Reading]] = frozenset({"label"})

    by: AnyBalancing = AnyBalancing(weights=ByWeights())
    """How."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        self.by.value.check(columns)

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``.

        Raises:
            StageFailure: OneClass.
        """
        target = schema.targets[0]
        counts = Counts.of(target)
        if not counts.zeros or not counts.ones:
            label = target.how.label
            message = (
                f"prepare.augment[].balance: column {label!r} has one value in all training rows"
            )
            raise StageFailure("OneClass", f"{message}: there is nothing to balance; leave it out")
        balanced: dict[str, NDArray[np.generic]] = self.by.value.balance(
            columns, schema, counts, draw
        )
        return balanced
