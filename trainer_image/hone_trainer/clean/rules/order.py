"""Two values of a row that come in an order: an end not before its beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.clean.rules.rule import RowRule
from hone_trainer.columns.lookup import ColumnName, find

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.clean[].rules.hold[].order"


class OrderRule(RowRule):
    """A number or time is not below another of the same row; equal ones are good."""

    column: ColumnName
    """The number or time column with the greater values."""
    not_below: ColumnName
    """The column with the lesser values, of the same kind."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``RowRule.check``."""
        column = find(columns, self.column, f"{FIELD}.column", "number", "time")
        find(columns, self.not_below, f"{FIELD}.notBelow", column.value.form)

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:  # noqa: ARG002
        """See ``RowRule.broken``."""
        if block.form(self.column) == "number":
            below = block.numbers(self.column) < block.numbers(self.not_below)
        else:
            below = block.times(self.column) < block.times(self.not_below)
        broken: NDArray[np.bool_] = below & ~block.missing(self.column)
        return broken & ~block.missing(self.not_below)

    def text(self) -> str:
        """See ``RowRule.text``."""
        return f"{self.column} >= {self.not_below}"
