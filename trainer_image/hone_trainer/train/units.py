"""What a step of training takes: rows, lists or histories; and which of them each step takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema

PADDING = -1
"""Stands for a row where a list, or the last batch of an epoch, is short."""
TRIM = 0x11575
"""Mixed into the seed: which rows of a long list are looked at is no matter of their order."""


def order_of(seed: int, epoch: int, units: int, batch: int) -> NDArray[np.int32]:
    """Return the units of every step of an epoch, (steps, batch), short batches padded.

    Args:
        seed: of the training.
        epoch: counted from 0.
        units: units in all; each is there exactly once.
        batch: units of a step, over all replicas.
    """
    shuffled = np.random.default_rng([seed, epoch]).permutation(units).astype(np.int32)
    steps = -(-units // batch)
    padding = np.full(steps * batch - units, PADDING, np.int32)
    return np.concatenate([shuffled, padding]).reshape(steps, batch)


@dataclass(frozen=True)
class Units:
    """The units of some rows."""

    order: NDArray[np.int32] | None
    """(rows,): the rows, those of a list side by side; None where every row is a unit."""
    starts: NDArray[np.int64]
    """(units,): where each begins in that."""
    sizes: NDArray[np.int64]
    """(units,): rows of each."""
    length: int
    """Rows of a unit that a step looks at."""
    sequential: bool = False
    """Whether the rows of a unit go on from each other, see ``sequences``."""

    @classmethod
    def of(cls, rows: Rows, schema: Schema) -> Units:
        """Find the units: the groups of a ranking, else the rows."""
        listed = next((target for target in schema.targets if target.how.listed), None)
        if listed is None:
            return cls(None, np.arange(len(rows)), np.ones(len(rows), np.int64), 1)
        group = rows.targets[listed.name].group
        order = np.argsort(group, kind="stable")
        _, starts, sizes = np.unique(group[order], return_index=True, return_counts=True)
        length = min(int(sizes.max()), listed.how.longest)
        return cls(order.astype(np.int32), starts, sizes, length)

    def __len__(self) -> int:
        """Number of units."""
        return len(self.starts)

    @property
    def listed(self) -> bool:
        """Whether a unit is a list."""
        return self.order is not None and not self.sequential

    def steps(self, seed: int, epoch: int, batch: int) -> NDArray[np.int32]:
        """Return the rows of every step of an epoch, (steps, batch x length), padded.

        Args:
            seed: of the training.
            epoch: counted from 0.
            batch: units of a step, over all replicas.
        """
        units = order_of(seed, epoch, len(self), batch)
        if self.order is None:
            return units
        matrix = np.vstack([self._trimmed(seed, epoch), np.full(self.length, PADDING, np.int32)])
        return matrix[units].reshape(len(units), -1)

    def blocks(self, rows: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32] | None]]:
        """Yield all units, whole, with about so many rows at a time.

        Yields:
            Rows of the data set; and of lists their places among these, (lists, longest), padded.
        """
        if self.order is None:
            for start in range(0, len(self), rows):
                yield np.arange(start, min(start + rows, len(self)), dtype=np.int32), None
            return
        # Lists of like length together: a long one among short ones is nearly all padding.
        ranked = np.argsort(self.sizes, kind="stable")[::-1]
        while len(ranked):
            count = max(1, rows // int(self.sizes[ranked[0]]))
            chosen, ranked = ranked[:count], ranked[count:]
            sizes = self.sizes[chosen]
            column = np.arange(int(sizes.max()))
            there = column < sizes[:, None]
            taken = self.order[(self.starts[chosen][:, None] + column)[there]]
            places = np.full(there.shape, PADDING, np.int32)
            places[there] = np.arange(len(taken), dtype=np.int32)
            yield taken, places

    def _trimmed(self, seed: int, epoch: int) -> NDArray[np.int32]:
        """Return the rows of every list in an epoch, (lists, length), padded."""
        if self.order is None:
            raise ValueError("rows are not trimmed")
        column = np.arange(self.length)
        there = column < self.sizes[:, None]
        matrix = np.full(there.shape, PADDING, np.int32)
        ends = np.minimum(self.starts[:, None] + column, len(self.order) - 1)
        matrix[there] = self.order[ends][there]
        draw = np.random.default_rng([seed, epoch, TRIM])
        for unit in np.flatnonzero(self.sizes > self.length):
            start, size = self.starts[unit], self.sizes[unit]
            kept = np.sort(draw.permutation(size)[: self.length])
            matrix[unit] = self.order[start + kept]
        return matrix


def lists_of(rows: int, length: int) -> NDArray[np.int32]:
    """Return the places of each list in a step, (lists, length), where all have one length."""
    return np.arange(rows, dtype=np.int32).reshape(-1, length)
