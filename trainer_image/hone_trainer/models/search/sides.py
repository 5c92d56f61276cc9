"""Which columns describe who asks and for what, and which the thing that may be the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field

PATH = "train.model.search.matching.query"


@dataclass(frozen=True)
class Sides:
    """The fields of either."""

    query: tuple[Field, ...]
    item: tuple[Field, ...]

    @classmethod
    def of(cls, names: Sequence[str], schema: Schema) -> Sides:
        """Divide the fields of a data set: those of the columns named, and the others.

        Raises:
            StageFailure: see ``divide``.
        """
        item_columns = divide(names, [column_of(field) for field in schema.fields])
        item = tuple(f for f in schema.fields if column_of(f) in item_columns)
        return cls(tuple(f for f in schema.fields if f not in item), item)

    @property
    def pairs(self) -> Iterator[tuple[Field, Field]]:
        """Those of the query and of the item whose ids mean the same."""
        for asked in self.query:
            for found in self.item:
                if asked.kind == found.kind == "id" and asked.table == found.table:
                    yield asked, found


def divide(names: Sequence[str], columns: Iterable[str]) -> frozenset[str]:
    """Return the columns of the item: all but those named.

    Raises:
        StageFailure: a name is none of the columns that a model reads (ColumnNotFound); none is
            left (NothingToMatch).
    """
    known = frozenset(columns)
    for name in names:
        if name not in known:
            told = f"{name!r}, which no model reads{hint(name, known)}"
            message = f"{PATH} names {told}; columns are {', '.join(sorted(known))}"
            raise StageFailure("ColumnNotFound", message)
    if known <= frozenset(names):
        message = f"{PATH} names every column, and none is left to describe the item"
        raise StageFailure("NothingToMatch", f"{message}: name those of the query alone")
    return known - frozenset(names)


def column_of(field: Field) -> str:
    """Return what the column is called that a field is of; sequences have no source."""
    return field.source or field.name
