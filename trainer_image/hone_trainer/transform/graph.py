"""A transform in TensorFlow's own operations, so that raw rows are asked of a server that has
nothing else.

Every column, normalisation and cleaning step says itself how it is done; here they are put one
after the other, in the order of ``encoding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import NO_TIME, Form
from hone_trainer.rows.row_tensors import RowTensors
from hone_trainer.transform.obstacles import obstacles
from hone_trainer.transform.raw_tensors import DTYPES, as_tensors, read

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.transform.transform import Transform

NONE: dict[Form, Any] = {"text": "", "number": float("nan"), "time": NO_TIME}
"""What stands for a missing value."""


@dataclass(frozen=True)
class TransformGraph:
    """A transform that tensors go through."""

    transform: Transform
    columns: tuple[Column, ...]
    """Those that have to be given."""

    @classmethod
    def of(cls, transform: Transform) -> TransformGraph:
        """Take a transform.

        Raises:
            StageFailure: something of it cannot be a graph (GraphImpossible).
        """
        steps = [each.step for each in transform.steps]
        if why := next(obstacles(transform.columns, steps), None):
            raise StageFailure("GraphImpossible", why)
        every = cls(
            transform, tuple(c for c in transform.columns if c.name not in transform.absent)
        )
        _, rows = every.encode(every.read(every.empty))
        return cls(transform, tuple(c for c in every.columns if c.name in rows.touched))

    def read(self, given: Mapping[str, Any]) -> RowTensors:
        """Return the rows of a call, column -> tensor; what only training rows have is missing."""
        from hone_trainer.backend.keras import tf

        rows = read(self.columns, given)
        for name, form in self.transform.absent.items():
            none = tf.constant(NONE[form], DTYPES[form])
            rows = rows.put(name, tf.fill(tf.shape(rows.refused), none))
        return rows

    def encode(self, rows: RowTensors) -> tuple[dict[str, Any], RowTensors]:
        """Return what a model reads of rows, plain name -> tensor; and the rows, cleaned.

        Features of those that are refused are of no use.
        """
        transform = self.transform
        for each in transform.steps:
            rows = each.step.value.graph(rows, each.learned, transform.columns)
        for column in transform.columns:
            if column.value.whole and not column.value.derived:
                why = f"no {column.name}: every training row had one; give it"
                rows = rows.refuse(rows.missing(column.name), why)
        features: dict[str, Any] = {}
        for column in transform.read:
            found = column.value.graph(column.name, rows, transform.learned_of(column))
            features |= {transform.plain[name]: values for name, values in found.items()}
        return features, rows

    def arrays(self, rows: Any) -> dict[str, Any]:
        """Return raw rows of any form as what has to be given, column -> array."""
        return as_tensors(self.columns, rows)

    @property
    def empty(self) -> dict[str, Any]:
        """What has to be given, column -> tensor of no rows."""
        from hone_trainer.backend.keras import tf

        shapes = {c.name: (0, 1) if c.value.derived else (0,) for c in self.columns}
        return {c.name: tf.zeros(shapes[c.name], DTYPES[c.value.form]) for c in self.columns}
