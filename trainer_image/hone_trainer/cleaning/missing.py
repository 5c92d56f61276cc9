"""Fill or drop missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hone_trainer.cleaning.step import Cleaned, Cleaning

if TYPE_CHECKING:
    import pandas as pd

    from hone_trainer.columns import Column


class Missing(Cleaning):
    """Fill missing numbers with a figure learned on the training part.

    Rows that lack an id or the label are dropped.
    """

    fill: Literal["mean", "median", "drop"] = "median"
    """What stands in for a missing number; ``drop`` removes the row instead."""

    def clean(
        self, frame: pd.DataFrame, training: pd.Series[bool], columns: tuple[Column, ...]
    ) -> Cleaned:
        """See ``Cleaning.clean``. A column with no training value at all is filled with 0."""
        whole: list[str] = []
        numbers: list[str] = []
        for column in columns:
            fillable = column.kind == "number" and self.fill != "drop"
            (numbers if fillable else whole).append(column.name)
        lacking = frame[whole].isna()
        # The first column that is missing is the reason, so that reasons add up to rows.
        first = lacking[lacking.any(axis=1)].idxmax(axis=1).value_counts(sort=False)
        dropped = {f"no {name}": int(count) for name, count in first.items()}
        frame = frame[~lacking.any(axis=1)]
        known = frame[training.loc[frame.index]]
        filled = {name: int(frame[name].isna().sum()) for name in numbers}
        learned = {}
        for name in numbers:
            figure = known[name].mean() if self.fill == "mean" else known[name].median()
            learned[name] = 0.0 if figure != figure else float(figure)  # NaN is not itself
        return Cleaned(frame.fillna(learned), dropped, filled, learned)
