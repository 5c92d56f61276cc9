"""Encoded rows for tests: ``rows(price=[1.0, 2.0], user=[3, 4], bought=[0, 1])``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field

Columns = dict[str, NDArray[Any]]
LABEL = "bought"


def schema(columns: Columns) -> Schema:
    """Say what each column is: float numbers, integer ids, and the label."""
    fields = [
        Field(name=name, source=name, kind="number")
        if values.dtype == np.float32
        else Field(name=name, source=name, kind="id", length=values.shape[1], size=1000)
        for name, values in columns.items()
        if name != LABEL and "\x00" not in name
    ]
    return Schema(fields=(*fields, Field(name=LABEL, kind="label")))


def rows(**columns: Any) -> Columns:
    """Floats become numbers (n,), integers ids (n, length), ``bought`` the label (n,)."""
    return {name: _array(name, np.asarray(values)) for name, values in columns.items()}


def shop(count: int, share: float = 0.1, seed: int = 3) -> Columns:
    """Draw rows of which a share is bought, at other prices than the others."""
    draw = np.random.default_rng(seed)
    bought = (draw.random(count) < share).astype(np.int8)
    return rows(
        price=draw.normal(size=count) + 3.0 * bought,
        size=draw.normal(size=count) * 2,
        user=draw.integers(2, 40, count),
        history=draw.integers(0, 9, (count, 4)),
        bought=bought,
    )


def one(columns: Columns, place: int) -> tuple[Any, ...]:
    """Give a row as plain values."""
    return tuple(number for values in columns.values() for number in values[place].ravel().tolist())


def _array(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if name == LABEL:
        return values.astype(np.int8)
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    ids = values.astype(np.int32)
    return ids[:, None] if ids.ndim == 1 else ids
