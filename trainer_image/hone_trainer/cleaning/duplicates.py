"""Drop rows that repeat an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd

ColumnName = Annotated[str, Field(min_length=1, max_length=63)]


class Duplicates(Words):
    """Drop rows that repeat an earlier one; the first stays."""

    key: Annotated[tuple[ColumnName, ...], Field(max_length=64)] = ()
    """Columns that make a row the same; all of them where none is named."""
