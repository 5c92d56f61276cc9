"""All rows of one user, or session, in one part: for models that meet new users.

A group's place depends on its own word and the seed, so it is found without looking at any row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.splits.splitting import Ask, Places, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block


class GroupSplit(Splitting):
    """All rows with the same value in one part.

    The shares hold for groups, about; rows without a value are groups of one.
    """

    column: ColumnName
    """The column whose values are the groups: a user, a session."""

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Splitting.orders``."""
        return (self.column,)

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Splitting.check``."""
        find(columns, self.column, "prepare.split.by.group.column", "text")

    def settle(self, observed: list[Any], ask: Ask) -> Places:  # noqa: ARG002
        """Divide the hashes; no row has to be seen."""
        return GroupPlaces(self.column, ask.validation, ask.validation + ask.test, ask.seed)


def groups_of(block: Block, column: str) -> NDArray[np.uint64]:
    """Return the group of each row, (n,): a hash of its word; of rows without one, their number."""
    import numpy as np

    from hone_trainer.rows.tokens import hash_words

    texts = block.texts(column)
    there = texts.codes >= 0
    groups = block.rows.astype(np.uint64)
    groups[there] = hash_words(texts.words)[texts.codes[there]]
    return groups


@dataclass(frozen=True)
class GroupPlaces(Places):
    """Groups with the least hashes are held out."""

    column: str
    validation: float
    """The share of the hashes that are the validation part's."""
    held_out: float
    """The share that is held out at all."""
    seed: int

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``."""
        import numpy as np

        from hone_trainer.rows.row_hash import bounds, hash_numbers

        hashes = hash_numbers(groups_of(block, self.column), self.seed)
        validation, held_out = bounds((self.validation, self.held_out))
        parts = np.zeros(len(block), np.int8)
        parts[hashes < held_out] = 2
        parts[hashes < validation] = 1
        return parts
