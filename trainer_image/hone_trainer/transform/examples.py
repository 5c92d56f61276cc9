"""A few raw rows, as somebody who asks for an answer would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.transform.encoding import encode

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.transform.transform import Transform

MOST = 8
TRIED = 4096
"""Rows among which others are looked for, where some of the first ones are refused."""
BEFORE = 3
"""Ids that a sequence shows."""


def examples(
    columns: tuple[Column, ...], block: Block, transform: Transform
) -> tuple[dict[str, Any], ...]:
    """Return training rows as JSON values: texts, numbers, times by ISO 8601, lists of ids.

    What a server is tried on has to have an answer: rows that cleaning dropped give way to others,
    as long as there are any.

    Args:
        columns: those that take part; what tasks read is left out.
        block: training rows as they came in.
        transform: what refuses some of them.
    """
    rows = _spread(columns, block, MOST)
    if not encode(transform, rows).refused:
        return tuple(rows)
    rows = _spread(columns, block, TRIED)
    refused = encode(transform, rows).refused
    good = [row for number, row in enumerate(rows) if number not in refused] or rows
    return tuple(good[place] for place in _places(len(good), MOST))


def _spread(columns: tuple[Column, ...], block: Block, most: int) -> list[dict[str, Any]]:
    shown = [column for column in columns if not column.value.target]
    return [{c.name: _value(c, block, row) for c in shown} for row in _places(len(block), most)]


def _places(count: int, most: int) -> list[int]:
    """Return which of so many are taken, from the first to the last."""
    places: list[int] = np.linspace(0, count - 1, min(most, count)).astype(int).tolist()
    return places


def _value(column: Column, block: Block, row: int) -> Any:
    if column.value.derived:
        texts = block.table.column(column.value.of)
        return [each for each in texts.slice(row, BEFORE).to_pylist() if each is not None]
    value = block.table.column(column.name)[row].as_py()
    if column.value.form == "number":
        return None if value is None or np.isnan(value) else value
    return value.isoformat() if column.value.form == "time" and value is not None else value
