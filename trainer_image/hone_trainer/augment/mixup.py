"""Rows between rows (Zhang et al. 2018), of the same label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.augment.augmentation import Augmentation, need_numbers
from hone_trainer.tasks.task import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema


class Mixup(Augmentation):
    """Move the numbers of each row towards those of another row with the same label.

    Labels stay as they are, so rows of different labels are not mixed, nor those without one. Ids
    stay those of the row, which keeps the larger share; held-out rows stay as they are.
    """

    reads: ClassVar[frozenset[Reading]] = frozenset({"label", "category"})

    alpha: Annotated[float, Field(gt=0, le=10)] = 0.2
    """How far: the other row's share follows a beta distribution with both parameters so. Small
    ones leave most rows nearly as they are."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the rows that are moved."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``; ``NothingBetween`` where a model reads no numbers."""
        need_numbers(columns, "mixup", "leave it out")

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``."""
        import numpy as np

        target = schema.targets[0]
        labels: NDArray[Any] = columns[target.value_column]
        weight: NDArray[Any] = columns[target.weight_column]
        there = weight > 0
        other = np.arange(len(labels))
        for label in np.unique(labels[there]):
            mine = np.flatnonzero(there & (labels == label))
            other[mine] = draw.permutation(mine)
        part = draw.beta(self.alpha, self.alpha, len(labels))
        part = np.where(draw.random(len(labels)) < self.share, np.minimum(part, 1 - part), 0)
        mixed = dict(columns)
        for field in schema.numbers:
            values: NDArray[Any] = columns[field.name]
            mixed[field.name] = (values * (1 - part) + values[other] * part).astype(np.float32)
        return mixed
