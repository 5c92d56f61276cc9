"""Sequences of which a stretch is in another order (Xie et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.augment import sequences
from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.sequences import SHORTEST, Copies, SequenceDraws, Sequences, Share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema


class Reorder(Augmentation):
    """Beside each row, rows in whose sequences a random stretch is shuffled."""

    columns: Sequences
    """The sequences, which are shuffled alike: id columns with a length, sequences, texts."""
    share: Share = 0.6
    """Share of a sequence that is shuffled, rounded up; two ids at least."""
    copies: Copies = 1
    """Rows beside each."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        sequences.check(columns, self.columns, "prepare.augment[].reorder.columns")

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``."""
        return sequences.beside(columns, schema, self.columns, self.copies, draw, self._shuffle)

    def _shuffle(self, ids: NDArray[np.int32], draws: SequenceDraws) -> NDArray[np.int32]:
        import numpy as np

        first, end = (
            edge[:, None] for edge in sequences.stretches(ids, draws, self.share, SHORTEST)
        )
        at = np.arange(ids.shape[1])
        each = draws.each[:, -ids.shape[1] :]
        # Inside, all sort between the stretch's first position and the one before it ends.
        key = np.where((at >= first) & (at < end), first + each * (end - first - 1), at)
        return np.take_along_axis(ids, np.argsort(key, axis=1, kind="stable"), axis=1)
