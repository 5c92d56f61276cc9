"""The training rows of a member, a portion at a time, in the order in which steps take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from hone_trainer.train.sequences import joined
from hone_trainer.train.units import Units

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema


@dataclass(frozen=True)
class Portion:
    """Rows that are in memory together, and the steps that take them."""

    rows: Rows
    numbers: NDArray[np.int32]
    """(rows,): what each is called among all rows of the member."""
    steps: NDArray[np.int32]
    """(steps, batch x length): places in ``rows``, padded."""
    first: int
    """Steps of the epoch before these."""
    waited: float = 0.0
    """Seconds that its rows were waited for."""


class Feed(Protocol):
    """Where steps have their rows from."""

    rows: int
    """All rows of the member."""
    units: int
    """All units, see ``Units``."""
    counted: int
    """What ``train.batchSize`` counts: lists, or rows, whatever units they are in."""
    length: int
    """Rows of a unit that a step looks at."""
    listed: bool
    """Whether a unit is a list."""
    sequential: bool
    """Whether its rows go on from each other, the newest first, so that it alone is read."""
    window: int
    """Rows that are in memory at a time; 0 for all."""

    @property
    def held(self) -> Rows:
        """The rows that are in memory now."""

    def portions(self, seed: int, epoch: int, batch: int, first: int) -> Iterator[Portion]:
        """Yield what is left of an epoch after some steps.

        Args:
            seed: of the training.
            epoch: counted from 0.
            batch: units of a step, over all replicas.
            first: steps that are done; the portion that holds the next one comes first.
        """


def units_of(batch: int, feed: Feed) -> int:
    """Return the units of a step that takes so many rows or lists, about."""
    return max(1, round(batch * feed.units / feed.counted))


class HeldFeed:
    """Rows that are all in memory.

    Args:
        rows: the training rows of a member.
        schema: their columns.
        sequential: whether those that go on from each other may be read at once.
    """

    window = 0

    def __init__(self, rows: Rows, schema: Schema, *, sequential: bool = False) -> None:
        self.held = rows
        self.rows = len(rows)
        self._numbers = np.arange(len(rows), dtype=np.int32)
        self._units = joined(rows, schema) if sequential else Units.of(rows, schema)
        self.units, self.length = len(self._units), self._units.length
        self.listed, self.sequential = self._units.listed, self._units.sequential
        self.counted = self.units if self.listed else self.rows

    def portions(self, seed: int, epoch: int, batch: int, first: int) -> Iterator[Portion]:  # noqa: ARG002
        """See ``Feed.portions``."""
        yield Portion(self.held, self._numbers, self._units.steps(seed, epoch, batch), 0)
