"""What every way to balance labels takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema, Target

MOST = 8
"""Rows that come out of a block for each that goes in, at most: all rows of the rarer label may
stand in one block."""


@dataclass(frozen=True)
class Counts:
    """How much training rows of either label count, those of all blocks together."""

    zeros: float
    ones: float

    @classmethod
    def of(cls, target: Target) -> Counts:
        """Read what a binary task has learned of rows that nothing was added to."""
        zeros, ones = (0.0, 0.0) if target.facts.counts is None else target.facts.counts.tolist()
        return cls(zeros, ones)

    @property
    def rarer(self) -> int:
        """The label that fewer rows have."""
        return int(self.ones < self.zeros)

    @property
    def missing(self) -> float:
        """Rows to add for each row of the rarer label."""
        return max(self.zeros, self.ones) / min(self.zeros, self.ones) - 1


class Balancing(Spec):
    """A way to balance labels: its parameters and ``balance``."""

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """See ``Augmentation.check``."""
        return

    def balance(
        self,
        columns: dict[str, NDArray[Any]],
        schema: Schema,
        counts: Counts,
        draw: np.random.Generator,
    ) -> dict[str, NDArray[Any]]:
        """Return the encoded rows of a block, balanced; see ``Augmentation.rework``.

        Args:
            columns: the rows.
            schema: what each field is.
            counts: of each label, of all blocks.
            draw: where chance comes from.
        """
        raise NotImplementedError


def rows_of(label: int, columns: dict[str, NDArray[Any]], schema: Schema) -> NDArray[np.int64]:
    """Return the places of the rows that have a label; those without any have none."""
    import numpy as np

    target = schema.targets[0]
    there = columns[target.weight_column] > 0
    return np.flatnonzero(there & (columns[target.value_column] == label))


def wanted(rows: int, all_rows: int, counts: Counts, draw: np.random.Generator) -> int:
    """Say how many rows to add to a block.

    Args:
        rows: rows of the rarer label in it.
        all_rows: its rows.
        counts: of each label, of all blocks.
        draw: decides what becomes of a part of a row.
    """
    exact = rows * counts.missing
    return min(int(exact + draw.random()), MOST * all_rows)
