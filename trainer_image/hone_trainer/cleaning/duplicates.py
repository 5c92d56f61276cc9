"""Drop rows that repeat an earlier one.

All parts are searched together: a validation row that repeats a training row would be a leak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.cleaning.step import Cleaned, Cleaning
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    import pandas as pd

    from hone_trainer.columns import Column

ColumnName = Annotated[str, Field(min_length=1, max_length=63)]


class Duplicates(Cleaning):
    """Drop rows that repeat an earlier one; the first stays."""

    key: Annotated[tuple[ColumnName, ...], Field(max_length=64)] = ()
    """Columns that make a row the same; all of them where none is named."""

    def clean(
        self,
        frame: pd.DataFrame,
        training: pd.Series[bool],  # noqa: ARG002
        columns: tuple[Column, ...],
    ) -> Cleaned:
        """See ``Cleaning.clean``."""
        key = list(self.key) or [column.name for column in columns]
        absent = [name for name in key if name not in frame.columns]
        if absent:
            message = f"clean.duplicates.key names {absent[0]!r}, which is not in prepare.columns"
            raise StageFailure("ColumnNotFound", message)
        repeated = frame.duplicated(subset=key, keep="first")
        return Cleaned(frame[~repeated], dropped={"duplicate": int(repeated.sum())})
