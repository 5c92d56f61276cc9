"""Sequences cut to a stretch of themselves (Xie et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.augment import sequences
from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.sequences import Copies, SequenceDraws, Sequences, Share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema


class Crop(Augmentation):
    """Beside each row, rows whose sequences are a random stretch of the original."""

    columns: Sequences
    """The sequences, which are cut alike: id columns with a length, sequences, texts."""
    share: Share = 0.6
    """Share of a sequence that is left, rounded up."""
    least: Annotated[int, Field(ge=1, le=512)] = 1
    """Ids that are left at least."""
    copies: Copies = 1
    """Rows beside each."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        sequences.check(columns, self.columns, "prepare.augment[].crop.columns")

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``."""
        return sequences.beside(columns, schema, self.columns, self.copies, draw, self._cut)

    def _cut(self, ids: NDArray[np.int32], draws: SequenceDraws) -> NDArray[np.int32]:
        import numpy as np

        first, end = sequences.stretches(ids, draws, self.share, self.least)
        length = ids.shape[1]
        at = np.arange(length) - (length - end)[:, None]
        inside = at >= first[:, None]
        cut = np.take_along_axis(ids, np.where(inside, at, 0), axis=1)
        return np.where(inside, cut, np.int32(0))
