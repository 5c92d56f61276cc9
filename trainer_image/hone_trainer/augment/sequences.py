"""Id sequences as arrays padded at the front, and rows beside rows with other sequences.

All sequences of a row that are named together are changed alike, position by position from the end:
the items that somebody met, and their categories, stay in step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Bound

from hone_trainer.columns.lookup import ColumnName
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema

Sequences = Annotated[tuple[ColumnName, ...], Bound(min_length=1, max_length=16)]
Copies = Annotated[int, Bound(ge=1, le=8)]
Share = Annotated[float, Bound(gt=0, le=1)]
AT_ONCE = 1 << 14
"""Rows worked on at a time: each takes some twenty bytes for every position."""
SHORTEST = 2
"""Ids that a sequence has at least, to be worth a change."""


@dataclass(frozen=True)
class SequenceDraws:
    """What is drawn for the sequences of each row.

    Attributes:
        start: (n,) from 0 to 1: where a stretch begins.
        each: (n, positions) from 0 to 1: for each position, the last of which is the sequence's.
    """

    start: NDArray[np.float64]
    each: NDArray[np.float64]


Change = Callable[[Any, SequenceDraws], Any]
"""From ids (n, length) and what was drawn to other ids (n, length)."""


def check(columns: tuple[Column, ...], names: tuple[str, ...], field: str) -> None:
    """Refuse names that are not of id sequences.

    Args:
        columns: those that take part.
        names: what the user wrote.
        field: where it was written.

    Raises:
        StageFailure: ColumnNotFound, WrongColumnKind.
    """
    known = {column.name: column for column in columns}
    for name in names:
        if name not in known:
            message = f"{field} names {name!r}, which is not in prepare.columns{hint(name, known)}"
            raise StageFailure("ColumnNotFound", f"{message}: correct one of the two")
        column = known[name]
        if column.kind != "text" and getattr(column.value, "length", 1) < SHORTEST:
            message = f"{field} names {name!r}, which holds no sequences"
            raise StageFailure("WrongColumnKind", f"{message}: it takes ids with a length, or text")


def beside(
    columns: dict[str, NDArray[np.generic]],
    schema: Schema,
    names: tuple[str, ...],
    copies: int,
    draw: np.random.Generator,
    change: Change,
) -> dict[str, NDArray[np.generic]]:
    """Return encoded rows and behind them copies with changed sequences.

    Rows without a sequence of ``SHORTEST`` ids have no copies, and copies that came out the same
    are left out.

    Args:
        columns: the rows.
        schema: what each field is.
        names: the columns whose sequences are changed.
        copies: of each row.
        draw: where chance comes from.
        change: what becomes of sequences.
    """
    import numpy as np

    fields = _fields(schema, names)
    real = np.max([(columns[name] != 0).sum(axis=1) for name in fields], axis=0)
    rows = np.flatnonzero(real >= SHORTEST)
    longest = max(columns[name].shape[1] for name in fields)
    pieces = [columns]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        for _ in range(copies):
            draws = SequenceDraws(draw.random(len(some)), draw.random((len(some), longest)))
            made = {name: change(columns[name][some], draws) for name in fields}
            other = np.any([(made[n] != columns[n][some]).any(axis=1) for n in fields], axis=0)
            piece = {name: values[some[other]] for name, values in columns.items()}
            pieces.append(piece | {name: values[other] for name, values in made.items()})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in columns}


def stretches(
    ids: NDArray[np.int32], draws: SequenceDraws, share: float, least: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each sequence (n,) a random stretch: first position, and one past the last.

    Args:
        ids: (n, length) padded at the front.
        draws: what was drawn.
        share: of the ids of a sequence, rounded up.
        least: ids of a stretch at least, where there are so many.
    """
    import numpy as np

    real = (ids != 0).sum(axis=1)
    size = np.minimum(np.maximum(np.ceil(real * share), least), real).astype(np.int64)
    first = ids.shape[1] - real + (draws.start * (real - size + 1)).astype(np.int64)
    return first, first + size


def _fields(schema: Schema, names: tuple[str, ...]) -> list[str]:
    """Return fields that columns became, by the column's name in the source or its plain one."""
    from hone_trainer.rows.plain_names import plain_names

    plain = set(plain_names(names).values())
    chosen = [
        field.name
        for field in schema.ids
        if field.length >= SHORTEST and (field.source in names or field.name in plain)
    ]
    if not chosen:
        message = f"prepare.augment: {', '.join(names)} became no sequence of ids"
        raise StageFailure("WrongColumnKind", f"{message}: name an id column with a length")
    return chosen
