"""Encoded rows for tests: ``rows(price=[1.0, 2.0], user=[3, 4], bought=[0, 1])``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.augment.balancing import Counts
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned

Columns = dict[str, NDArray[Any]]
TARGET = Target(
    name="bought",
    task=AnyTask.model_validate({"binary": {"label": "bought"}}),
    learned=Learned(("0", "1"), np.ones(2)).dump(),
)
LABEL, COUNTS = TARGET.value_column, TARGET.weight_column
"""The label of encoded rows, and how much each counts."""


def schema(columns: Columns, counts: Counts | None = None) -> Schema:
    """Say what each column is: float numbers and integer ids; and what is predicted.

    Args:
        columns: the rows.
        counts: what the task has learned of its label; these rows where nothing is said.
    """
    fields = [
        Field(name=name, source=name, kind="number")
        if values.dtype == np.float32
        else Field(name=name, source=name, kind="id", length=values.shape[1], size=1000)
        for name, values in columns.items()
        if "\x00" not in name
    ]
    if counts is None:
        there = columns.get(COUNTS, np.zeros(0)) > 0
        zeros, ones = np.bincount(columns.get(LABEL, np.zeros(0, np.int8))[there], minlength=2)
        counts = Counts(zeros, ones)
    learned = Learned(("0", "1"), np.array([counts.zeros, counts.ones], np.float64))
    target = Target(name=TARGET.name, task=TARGET.task, learned=learned.dump())
    return Schema(fields=tuple(fields), targets=(target,))


def rows(**columns: Any) -> Columns:
    """Floats become numbers (n,), integers ids (n, length), ``bought`` the label (n,), which counts
    1 where it is there.
    """
    bought = columns.pop("bought", None)
    made = {name: _array(np.asarray(values)) for name, values in columns.items()}
    if bought is None:
        return made
    label = np.array([np.nan if value is None else value for value in bought], np.float64)
    return made | {
        LABEL: np.nan_to_num(label).astype(np.int8),
        COUNTS: (~np.isnan(label)).astype(np.float32),
    }


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
    """Return a row as plain values."""
    return tuple(number for values in columns.values() for number in values[place].ravel().tolist())


def _array(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    ids = values.astype(np.int32)
    return ids[:, None] if ids.ndim == 1 else ids
