"""Normalise to mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd


class ZScore(Words):
    """Mean 0, standard deviation 1."""

    def learn(self, values: pd.Series[float]) -> tuple[float, float]:
        """Give (offset, scale) of the training values: mean and standard deviation, never 0."""
        return float(values.mean()), float(values.std(ddof=0)) or 1.0
