"""Sequences of which some ids are hidden (Xie et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.augment import sequences
from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.sequences import Copies, SequenceDraws, Sequences, Share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema


class Mask(Augmentation):
    """Beside each row, rows in whose sequences some ids are as if nobody had ever seen them."""

    columns: Sequences
    """The sequences, which are masked alike: id columns with a length, sequences, texts."""
    share: Share = 0.3
    """Chance of each id to be hidden."""
    copies: Copies = 1
    """Rows beside each."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        sequences.check(columns, self.columns, "prepare.augment[].mask.columns")

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``."""
        return sequences.beside(columns, schema, self.columns, self.copies, draw, self._hide)

    def _hide(self, ids: NDArray[np.int32], draws: SequenceDraws) -> NDArray[np.int32]:
        import numpy as np

        from hone_trainer.rows.tokens import PADDING, UNSEEN

        hidden = (draws.each[:, -ids.shape[1] :] < self.share) & (ids != PADDING)
        return np.where(hidden, np.int32(UNSEEN), ids)
