"""What a request asks, whichever protocol it came by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from hone_serving.description import Description, Input
from hone_serving.server.refusal import Refusal, short, wrong
from hone_trainer.contract.nearest import nearest

TOP, MOST = 10, 1000
"""Classes or items that an answer names: where nothing is said, and at most."""

Rows = Sequence[Mapping[str, Any]]


class Question(NamedTuple):
    """Raw rows, and how much is to be said of each."""

    rows: Rows
    top: int = TOP


def transposed(columns: Mapping[str, Sequence[Any]]) -> Rows:
    """Return the rows of columns that are all as long."""
    names = tuple(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def top_of(parameters: Mapping[str, Any]) -> int:
    """Return how many classes or items an answer is to name."""
    if "top" not in parameters:
        return TOP
    top = parameters["top"]
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= MOST:
        raise wrong(f"parameters.top: {short(str(top))}: give a whole number from 1 to {MOST}")
    return top


def stranger(name: str, known: Sequence[str], what: str) -> Refusal:
    """Return the refusal of a name that the model does not have."""
    near = nearest(name, known)
    remedy = f"did you mean {near!r}?" if near else f"there are {', '.join(map(repr, known))}"
    return wrong(f"{what} {short(name)!r} is not the model's: {remedy}")


def check_columns(names: Collection[str], description: Description) -> None:
    """Refuse columns that the model does not have, and the lack of those that it needs."""
    known = description.columns
    for name in names:
        if name not in known:
            raise stranger(name, list(known), "input")
    for each in description.required:
        if each.name not in names:
            raise wrong(lacking(each))


def lacking(column: Input) -> str:
    """Say that a column is not there, and what it may look like."""
    like = "" if column.example is None else f", such as {short(repr(column.example))}"
    return f"input {column.name!r} is missing: give its {column.kind}{like}"
