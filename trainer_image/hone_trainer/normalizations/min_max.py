"""Normalise so that the training values span 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd


class MinMax(Words):
    """Smallest value 0, largest 1."""

    def learn(self, values: pd.Series[float]) -> tuple[float, float]:
        """Give (offset, scale) of the training values: minimum and range, never 0."""
        return float(values.min()), float(values.max() - values.min()) or 1.0
