"""What every cleaning step takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from hone_trainer.columns import Column


@dataclass(frozen=True)
class Cleaned:
    """What a step left, and what it did."""

    frame: pd.DataFrame
    """The rows that stay, under their old index."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Why -> rows."""
    filled: dict[str, int] = field(default_factory=dict)
    """Column -> values."""
    learned: dict[str, float] = field(default_factory=dict)
    """Column -> the figure that was learned on the training rows."""


class Cleaning(Words):
    """A cleaning step: its parameters plus ``clean``."""

    def clean(
        self, frame: pd.DataFrame, training: pd.Series[bool], columns: tuple[Column, ...]
    ) -> Cleaned:
        """Clean the rows of all parts; learn from the training rows alone.

        Args:
            frame: rows as in ``RawRows``; the index is the row's number in its source.
            training: under the same index: whether the row belongs to the training part.
            columns: what each column is for.
        """
        raise NotImplementedError
