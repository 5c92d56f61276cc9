"""Fill or drop missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd


class Missing(Words):
    """Fill missing numbers with a figure learned on the training part; rows that lack an id or
    the label are dropped."""

    fill: Literal["mean", "median", "drop"] = "median"
    """What stands in for a missing number; ``drop`` removes the row instead."""
