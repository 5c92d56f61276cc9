"""Text with typing errors, for search boxes (after Wei and Zou 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.columns.lookup import ColumnName, find

if TYPE_CHECKING:
    import numpy as np

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block


class Noise(Augmentation):
    """Beside each row, rows in whose text some letters are lost, doubled or swapped with the next.

    A word keeps its first letter. Copies that came out the same are left out.
    """

    column: ColumnName
    """The text."""
    share: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """Chance of each letter to be hit."""
    copies: Annotated[int, Field(ge=1, le=8)] = 1
    """Rows beside each."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        find(columns, self.column, "prepare.augment[].noise.column", "text")

    def widen(self, block: Block, learned: Any, draw: np.random.Generator) -> Block:  # noqa: ARG002
        """See ``Augmentation.widen``."""
        from hone_trainer.augment.text_copies import copy_texts
        from hone_trainer.augment.typos import slip

        def change(texts: Any) -> Any:
            return slip(texts, self.share, draw)

        return copy_texts(block, self.column, self.copies, change)
