"""Blocks in one line: ``block(price=[1, None], user=["a", "b"], when=times("2026-01-01"))``."""

from typing import Any

import numpy as np
import pyarrow as pa

from hone_trainer.columns import Column, TargetColumn
from hone_trainer.rows.block import Block


def block(first: int = 0, parts: list[int] | None = None, **columns: Any) -> Block:
    """Strings become text, datetimes (``pa.timestamp`` arrays) time, everything else numbers."""
    made = Block.of(pa.table({name: _array(values) for name, values in columns.items()}), first)
    return made if parts is None else made.placed(np.array(parts, np.int8))


def columns(**kinds: Any) -> tuple[Column, ...]:
    """``columns(user={"id": {}}, price={"number": {}}, bought={"label": {}})``: columns as a stage
    settles them, those that tasks read (label, amount, category) among them.
    """
    return tuple(
        (TargetColumn if TargetColumn.kinds.keys() & kind else Column).model_validate(
            {"name": name, **kind}
        )
        for name, kind in kinds.items()
    )


def times(*texts: str | None) -> Any:
    """Return a time column from ISO texts."""
    import pandas as pd

    read: Any = pd.to_datetime
    found = read(list(texts), utc=True, format="ISO8601")
    return pa.array(found.tz_localize(None), pa.timestamp("us"))


def _array(values: Any) -> Any:
    if isinstance(values, pa.Array):
        return values
    if any(isinstance(value, str) for value in values):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(np.array([np.nan if v is None else v for v in values], np.float64))
