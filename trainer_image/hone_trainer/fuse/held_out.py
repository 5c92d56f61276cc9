"""The rows that no member was trained on, to learn on and to choose by.

A model is surer of rows that it was trained on than it will be of any other: what is learned of its
answers to them is how well it remembers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.dataset import Dataset, Rows

if TYPE_CHECKING:
    from hone_trainer.pod.context import Context
    from hone_trainer.rows.field import Part

CHOOSES = 5
"""One unit in so many chooses the epoch and judges; the others are learned on."""


class HeldOut(Dataset):
    """The validation part of a data set as a whole: its training rows, and its validation rows."""

    def __init__(self, whole: Dataset, ctx: Context) -> None:
        super().__init__(whole.schema, ctx.store, whole.manifest)
        self._seed = ctx.task.seed

    @classmethod
    def within(cls, ctx: Context) -> HeldOut:
        """Open it."""
        return cls(Dataset.of(ctx), ctx)

    def read(self, part: Part, member: int = 0, members: int = 1, every: int = 1) -> Rows:  # noqa: ARG002
        """See ``Dataset.read``; there is no test part, and nobody to divide rows between."""
        rows = super().read("validation")
        chooses = choosing(rows, self.schema.targets[0].name, self._seed)
        return rows.take(np.flatnonzero(chooses == (part == "validation")))

    @property
    def chosen(self) -> NDArray[np.intp]:
        """Which rows of the validation part choose."""
        rows = super().read("validation")
        return np.flatnonzero(choosing(rows, self.schema.targets[0].name, self._seed))


def choosing(rows: Rows, target: str, seed: int) -> NDArray[np.bool_]:
    """Say of each row (rows,) whether it chooses: one in five, those of a group together."""
    group: Any = rows.targets[target].group
    units = np.arange(len(rows)) if group is None else np.unique(group, return_inverse=True)[1]
    drawn = np.random.default_rng([seed, CHOOSES]).permutation(int(units.max(initial=-1)) + 1)
    chooses: NDArray[np.bool_] = drawn[units] % CHOOSES == 0
    return chooses
