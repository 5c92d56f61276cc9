"""Drop, clip or blank values that are far from all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from hone_trainer.clean.outliers_deviation import DeviationOutliers
from hone_trainer.clean.outliers_forest import IsolationForestOutliers
from hone_trainer.clean.outliers_iqr import IqrOutliers
from hone_trainer.clean.step import Cleaned, Cleaning
from hone_trainer.columns.lookup import ColumnNames, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import OneOf, Rule

if TYPE_CHECKING:
    from hone_trainer.clean.outliers_method import Marks, OutlierMethod, Values
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.rows.row_tensors import RowTensors

FIELD = "prepare.clean[].outliers.columns"
NO_BOUNDS = "isolationForest judges whole rows and has no bounds to clip to: use drop or blank"


class AnyOutlierMethod(OneOf):
    """A way to find outliers."""

    deviation: DeviationOutliers | None = None
    """More than so many standard deviations from the mean."""
    iqr: IqrOutliers | None = None
    """Beyond the fences of a box plot."""
    isolation_forest: IsolationForestOutliers | None = None
    """Rows that random trees set apart early."""


class Outliers(AnyOutlierMethod, Cleaning):
    """Drop, clip or blank values that are far from all others.

    What is far is learned on the training part. The label is never looked at.
    """

    rules = (Rule("self.action != 'clip' || !has(self.isolationForest)", NO_BOUNDS),)

    columns: ColumnNames = ()
    """Number columns to look at; all of them but the label where none is named."""
    action: Literal["drop", "clip", "blank"] = "drop"
    """``drop`` removes the row; ``clip`` puts the nearest good value in place of an outlier;
    ``blank`` takes it away, to be filled by a ``missing`` step that comes later. With
    ``isolationForest``, ``blank`` takes away all the columns of the row that are looked at."""

    @model_validator(mode="after")
    def _bounds_to_clip_to(self) -> Self:
        if self.action == "clip" and self.isolation_forest is not None:
            raise ValueError(NO_BOUNDS)
        return self

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Cleaning.check``."""
        for name in self.columns:
            if find(columns, name, FIELD, "number").value.target:
                message = f"{FIELD} names {name!r}, which a task reads: it has no outliers"
                raise StageFailure("WrongColumnKind", f"{message}: leave it out")

    def learn(self, sample: Block, columns: tuple[Column, ...], seed: int) -> Any:
        """Return what the method learned."""
        values = self._values(sample, columns)
        return self._method.learn(values, seed) if values else {}

    def facts(self, learned: Any) -> dict[str, Any]:
        """Return what is still good: bounds by column, or a score."""
        return self._method.facts(learned) if learned else {}

    def save(self, learned: Any) -> Any:
        """See ``Cleaning.save``."""
        return self._method.save(learned)

    def restore(self, saved: Any) -> Any:
        """See ``Cleaning.restore``."""
        return self._method.restore(saved)

    def apply(self, block: Block, learned: Any, columns: tuple[Column, ...]) -> Cleaned:
        """See ``Cleaning.apply``."""
        values = self._values(block, columns)
        marks = self._method.outside(values, learned) if values else {}
        if self.action == "drop":
            return self._drop(block, marks)
        return self._change(block, values, marks, learned)

    @property
    def no_graph(self) -> str:
        """See ``Cleaning.no_graph``."""
        return "" if self._method.bounded else f"outliers.{self.kind} judges by what it has grown"

    def graph(self, rows: RowTensors, learned: Any, columns: tuple[Column, ...]) -> RowTensors:
        """See ``Cleaning.graph``."""
        from hone_trainer.backend.keras import tf

        for name in self._looked_at(columns):
            values, (low, high) = rows.values(name), learned[name]
            marked = (values < low) | (values > high)
            if self.action == "drop":
                rows = rows.refuse(marked, f"outlier in {name}")
                continue
            nan = tf.fill(tf.shape(values), tf.constant(float("nan"), tf.float64))
            instead = tf.clip_by_value(values, low, high) if self.action == "clip" else nan
            rows = rows.put(name, tf.where(marked, instead, values))
        return rows

    @property
    def _method(self) -> OutlierMethod:
        method: OutlierMethod = self.value
        return method

    def _values(self, block: Block, columns: tuple[Column, ...]) -> Values:
        return {name: block.numbers(name) for name in self._looked_at(columns)}

    def _looked_at(self, columns: tuple[Column, ...]) -> list[str]:
        numbers = [c.name for c in columns if c.value.form == "number" and not c.value.target]
        return [name for name in numbers if not self.columns or name in self.columns]

    def _drop(self, block: Block, marks: Marks) -> Cleaned:
        """Drop the rows with outliers; the first column that has one is the reason."""
        import numpy as np

        good, dropped = np.ones(len(block), bool), {}
        for name, marked in marks.items():
            fresh = marked & good
            if fresh.any():
                why = f"outlier in {name}" if self._method.bounded else "outlier"
                dropped[why] = int(fresh.sum())
                good &= ~fresh
        return Cleaned(block.keep(good), dropped)

    def _change(self, block: Block, values: Values, marks: Marks, learned: Any) -> Cleaned:
        """Clip or blank the outliers."""
        import numpy as np

        counts = {}
        for name, marked in marks.items():
            marked &= ~np.isnan(values[name])
            counts[name] = int(marked.sum())
            if counts[name]:
                instead = np.clip(values[name], *learned[name]) if self.action == "clip" else np.nan
                block = block.put(name, np.where(marked, instead, values[name]))
        done = "clipped" if self.action == "clip" else "blanked"
        return Cleaned(block, changed={done: counts} if counts else {})
