"""Drop rows that repeat another one.

All parts are searched together: a validation row that repeats a training row would be a leak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hone_trainer.clean.step import Cleaned, HashPartition
from hone_trainer.columns.lookup import ColumnNames, find, stored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.clean[].duplicates.key"
NO_TEXT = 0x9AE16A3B2F90404F
"""What a missing text hashes to; any number that is unlikely for a text will do."""


class Duplicates(HashPartition):
    """Drop rows that repeat another one; two missing values count as the same.

    Rows are compared by 64-bit hashes: among a thousand million rows, one in forty data sets loses
    one row that is like no other. Training rows stay before those of the other parts.
    """

    key: ColumnNames = ()
    """Columns that make a row the same; all of them where none is named."""
    keep: Literal["first", "last"] = "first"
    """Which one of equal rows of a part stays, in the order of the source."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Cleaning.check``."""
        for name in self.key:
            find(columns, name, FIELD)

    def keys(self, block: Block, columns: tuple[Column, ...]) -> NDArray[np.uint64]:
        """See ``HashPartition.keys``; the columns' order matters, so that (1, 2) is not (2, 1)."""
        import numpy as np

        from hone_trainer.rows.row_hash import hash_numbers

        keys = np.zeros(len(block), np.uint64)
        for name in self.key or [column.name for column in stored(columns)]:
            # Each is mixed before it meets the next: small numbers side by side would else cancel.
            keys = hash_numbers(keys + hash_numbers(_bits(block, name), 1), 2)
        return keys

    def last_stays(self) -> bool:
        """See ``HashPartition.last_stays``."""
        return self.keep == "last"

    def apply(
        self,
        block: Block,
        learned: Any,
        columns: tuple[Column, ...],  # noqa: ARG002
    ) -> Cleaned:
        """See ``HashPartition.apply``."""
        return Cleaned(block.keep(~learned), dropped={"duplicate": int(learned.sum())})


def _bits(block: Block, name: str) -> NDArray[np.uint64]:
    """Return (n,) 64 bits that say what the value is, whatever block it is in."""
    import numpy as np

    from hone_trainer.rows.tokens import hash_words

    form = block.form(name)
    if form == "text":
        texts = block.texts(name)
        # The last one is what the missing ones' -1 finds.
        found: NDArray[np.uint64] = np.append(hash_words(texts.words), np.uint64(NO_TEXT))
        return found[texts.codes]
    if form == "time":
        return block.times(name).view(np.uint64)
    values = block.numbers(name) + 0.0  # -0.0 becomes 0.0
    values[np.isnan(values)] = np.nan
    return values.view(np.uint64)
