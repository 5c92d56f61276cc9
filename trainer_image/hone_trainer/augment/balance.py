"""Both labels made to count the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.balancing import Counts
from hone_trainer.augment.repeat import ByRepeating
from hone_trainer.augment.smote import BySmote
from hone_trainer.augment.weights import ByWeights
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import OneOf
from hone_trainer.tasks.task import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.block import Block


class AnyBalancing(OneOf):
    """How labels are balanced."""

    weights: ByWeights | None = None
    """By how much each row counts."""
    repeat: ByRepeating | None = None
    """By repeating rows of the rarer label."""
    smote: BySmote | None = None
    """By new rows between rows of the rarer label."""


class Balance(Augmentation):
    """Let both labels count the same, however rare one is.

    Labels are counted before anything is augmented. What that does to probabilities is known and
    taken off again, so that answers are as frequent as the source has them.
    """

    reads: ClassVar[frozenset[Reading]] = frozenset({"label"})

    by: AnyBalancing = AnyBalancing(weights=ByWeights())
    """How."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        self.by.value.check(columns)

    def summarize(self, block: Block, rows: int) -> Any:  # noqa: ARG002
        """Count the zeros and ones of every number column: which is the label is known later."""
        import pyarrow as pa

        names = [name for name in block.table.column_names if _is_number(block, name)]
        values = [block.numbers(name) for name in names]
        counts = [[int((each == label).sum()) for each in values] for label in (0, 1)]
        return pa.table(
            {"name": pa.array(names, pa.string()), "zeros": counts[0], "ones": counts[1]}
        )

    def learn(self, summaries: list[Any], columns: tuple[Column, ...]) -> Counts:
        """Give the rows of each label.

        Raises:
            StageFailure: OneClass.
        """
        label = next(column.name for column in columns if column.kind == "label")
        rows = [row for table in summaries for row in table.to_pylist() if row["name"] == label]
        counts = Counts(sum(row["zeros"] for row in rows), sum(row["ones"] for row in rows))
        if not counts.zeros or not counts.ones:
            message = (
                f"prepare.augment[].balance: column {label!r} has one value in all training rows"
            )
            raise StageFailure("OneClass", f"{message}: there is nothing to balance; leave it out")
        return counts

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,
        learned: Counts,
        draw: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Augmentation.rework``."""
        balanced: dict[str, NDArray[np.generic]] = self.by.value.balance(
            columns, schema, learned, draw
        )
        return balanced


def _is_number(block: Block, name: str) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_float64(block.table.schema.field(name).type))
