"""A number that stays within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from hone_trainer.clean.rules.rule import RowRule
from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.spec import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.clean[].rules.hold[].range.column"
BOUNDLESS = "set at least one of atLeast, atMost"
EMPTY = "atLeast must not be above atMost"
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]


class RangeRule(RowRule):
    """A number lies within bounds, which are themselves allowed."""

    rules = (
        Rule("has(self.atLeast) || has(self.atMost)", BOUNDLESS),
        Rule("!has(self.atLeast) || !has(self.atMost) || self.atLeast <= self.atMost", EMPTY),
    )

    column: ColumnName
    """The number column."""
    at_least: Bound | None = None
    """Its least good value."""
    at_most: Bound | None = None
    """Its greatest good value."""

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(BOUNDLESS)
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(EMPTY)
        return self

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``RowRule.check``."""
        find(columns, self.column, FIELD, "number")

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:  # noqa: ARG002
        """See ``RowRule.broken``."""
        import numpy as np

        values = block.numbers(self.column)
        broken = np.zeros(len(values), bool)
        if self.at_least is not None:
            broken |= values < self.at_least
        if self.at_most is not None:
            broken |= values > self.at_most
        return broken

    def text(self) -> str:
        """See ``RowRule.text``."""
        low, high = (_plain(bound) for bound in (self.at_least, self.at_most))
        if not low:
            return f"{self.column} <= {high}"
        return f"{low} <= {self.column} <= {high}" if high else f"{self.column} >= {low}"


def _plain(bound: float | None) -> str:
    return "" if bound is None else repr(bound).removesuffix(".0")
