"""The columns of a data set: which kinds there are, one line each."""

from typing import Annotated

from pydantic import Field

from hone_trainer.columns.id import IdColumn
from hone_trainer.columns.key import KeyColumn
from hone_trainer.columns.label import LabelColumn
from hone_trainer.columns.number import NumberColumn
from hone_trainer.columns.sequence import SequenceColumn
from hone_trainer.columns.text import TextColumn
from hone_trainer.columns.time import TimeColumn
from hone_trainer.contract.spec import OneOf


class ColumnKind(OneOf):
    """What a column is for."""

    id: IdColumn | None = None
    """Identifiers."""
    number: NumberColumn | None = None
    """A measured quantity."""
    label: LabelColumn | None = None
    """What the model predicts."""
    time: TimeColumn | None = None
    """A moment."""
    text: TextColumn | None = None
    """Text as people write it."""
    key: KeyColumn | None = None
    """What rows belong together by; no model reads it."""
    sequence: SequenceColumn | None = None
    """What the same user met before, made of other columns."""


class Column(ColumnKind):
    """A column that takes part."""

    name: Annotated[str, Field(min_length=1, max_length=63)]
    """Its name in the source; a sequence is given a new one."""
