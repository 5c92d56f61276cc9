"""The columns of a data set: which kinds there are, one line each."""

from typing import Annotated, ClassVar

from pydantic import Field

from hone_trainer.columns.id import IdColumn
from hone_trainer.columns.key import KeyColumn
from hone_trainer.columns.number import NumberColumn
from hone_trainer.columns.sequence import SequenceColumn
from hone_trainer.columns.target import AmountColumn, CategoryColumn, GradeColumn, LabelColumn
from hone_trainer.columns.text import TextColumn
from hone_trainer.columns.time import TimeColumn
from hone_trainer.contract.spec import OneOf

_KIND = "the kind is a key itself, as in {name: user, id: {}}"
_ID = "write id: {} for words that stand for something, text: {} for what people write"


class ColumnKind(OneOf):
    """What a column is for."""

    gone: ClassVar[dict[str, str]] = {
        "label": "what is predicted stands in prepare.tasks, as in"
        " tasks: [{binary: {label: clicked}}]; leave the column out of columns",
        "type": _KIND,
        "kind": _KIND,
        "category": _ID,
        "categorical": _ID,
        "string": _ID,
    }

    id: IdColumn | None = None
    """Identifiers."""
    number: NumberColumn | None = None
    """A measured quantity."""
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


class TargetColumn(Column):
    """A column that a task reads: made from ``prepare.tasks``, never written by anybody."""

    kinds: ClassVar[dict[str, str]] = {
        name: name for name in ("label", "amount", "grade", "category")
    }

    label: LabelColumn | None = None
    """0 or 1."""
    amount: AmountColumn | None = None
    """A number."""
    grade: GradeColumn | None = None
    """A relevance."""
    category: CategoryColumn | None = None
    """A name."""
