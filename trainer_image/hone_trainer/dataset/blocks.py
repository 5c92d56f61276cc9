"""The training rows of a member as blocks, of which a few are in memory at a time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.dataset import member_rows, no_rows, rows_of

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset, Rows


class Blocks:
    """The shards of the training part, as far as they are a member's.

    Args:
        dataset: whose rows.
        member: counted from 0.
        members: between which all rows are divided.
    """

    def __init__(self, dataset: Dataset, member: int = 0, members: int = 1) -> None:
        self._dataset, self._member, self._members = dataset, member, members

    @property
    def bytes(self) -> int:
        """What the member's rows take in memory, about."""
        return self._dataset.size("train") // self._members

    @property
    def counts(self) -> NDArray[np.int64]:
        """The member's rows in each block, (blocks,)."""
        return self._sizes[1]

    def read(self, block: int) -> Rows:
        """Return the member's rows of a block."""
        before = int(self._sizes[0][:block].sum())
        table = self._dataset.shard(self._dataset.shards("train")[block])
        own = member_rows(table, before, self._member, self._members)
        return rows_of(own, self._dataset.schema)

    @cached_property
    def _sizes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All rows of each block, and the member's; reads every block once, one at a time.

        Raises:
            StageFailure: the member has no rows (NoRowsLeft).
        """
        all_rows, own = [0], []
        for name in self._dataset.shards("train"):
            table = self._dataset.shard(name)
            own.append(len(member_rows(table, sum(all_rows), self._member, self._members)))
            all_rows.append(len(table))
        if not any(own):
            raise no_rows(self._member, self._members)
        return np.array(all_rows[1:], np.int64), np.array(own, np.int64)
