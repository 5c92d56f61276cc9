"""A few raw rows, as somebody who asks for an answer would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

MOST = 8
BEFORE = 3
"""Ids that a sequence shows."""


def examples(columns: tuple[Column, ...], block: Block) -> tuple[dict[str, Any], ...]:
    """Return training rows as JSON values: texts, numbers, times by ISO 8601, lists of ids.

    Args:
        columns: those that take part; what tasks read is left out.
        block: training rows as they came in.
    """
    rows = np.linspace(0, len(block) - 1, min(MOST, len(block))).astype(int)
    shown = [column for column in columns if not column.value.target]
    return tuple({c.name: _value(c, block, int(row)) for c in shown} for row in rows)


def _value(column: Column, block: Block, row: int) -> Any:
    if column.value.derived:
        texts = block.table.column(column.value.of)
        return [each for each in texts.slice(row, BEFORE).to_pylist() if each is not None]
    value = block.table.column(column.name)[row].as_py()
    if column.value.form == "number":
        return None if value is None or np.isnan(value) else value
    return value.isoformat() if column.value.form == "time" and value is not None else value
