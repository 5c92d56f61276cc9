"""Columns that parameters name: found among those that take part, or refused by name.

Shared by the rules and the cleaning steps, so that the same mistake reads the same everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Form

ColumnName = Annotated[str, Field(min_length=1, max_length=63)]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(max_length=64)]


def stored(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that blocks have: not those that are made of others."""
    return tuple(column for column in columns if not column.value.derived)


def find(columns: tuple[Column, ...], name: str, field: str, *forms: Form) -> Column:
    """Return the column that a parameter names.

    Args:
        columns: those that take part.
        name: what the user wrote.
        field: where it was written, as in ``prepare.clean[].missing.columns``.
        forms: what it may hold; anything where none is given.

    Raises:
        StageFailure: ColumnNotFound, WrongColumnKind.
    """
    found = next((column for column in columns if column.name == name), None)
    if found is not None and found.value.derived:
        message = f"{field} names {name!r}, which is made of other columns"
        raise StageFailure("WrongColumnKind", f"{message}: name those")
    if found is None:
        near = hint(name, (column.name for column in columns))
        message = f"{field} names {name!r}, which is not in prepare.columns{near}"
        raise StageFailure("ColumnNotFound", f"{message}: correct one of the two")
    if forms and found.value.form not in forms:
        message = f"{field} names {name!r}, whose values are {found.value.form}"
        raise StageFailure("WrongColumnKind", f"{message}: it takes {' or '.join(forms)}")
    return found
