"""A value that is one of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.clean.rules.rule import RowRule
from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.clean[].rules.hold[].allowed"
SHOWN = 5
"""Values in the rule's text."""
Value = Annotated[str, Field(max_length=256)]


class AllowedRule(RowRule):
    """A value is one of a list. An id column that holds sequences is compared as a whole."""

    column: ColumnName
    """The text or number column."""
    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=1024)]
    """The good values; for a number column, numbers as text: ``"1"`` is also 1.0."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``RowRule.check``; BadNumber where a number column is given something else."""
        column = find(columns, self.column, f"{FIELD}.column", "text", "number")
        if column.value.form == "number":
            self._numbers()

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:  # noqa: ARG002
        """See ``RowRule.broken``."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if block.form(self.column) == "number":
            values = block.numbers(self.column)
            strange: NDArray[np.bool_] = ~np.isin(values, self._numbers())
            return strange & ~np.isnan(values)
        texts = block.texts(self.column)
        good = pc.is_in(texts.words, pa.array(self.values, texts.words.type))
        # One more at the end is what the missing ones' -1 finds.
        bad = np.append(~good.to_numpy(zero_copy_only=False), False)
        broken: NDArray[np.bool_] = bad[texts.codes]
        return broken

    def text(self) -> str:
        """See ``RowRule.text``."""
        more = len(self.values) - SHOWN
        shown = ", ".join(value[:20] for value in self.values[:SHOWN])
        return f"{self.column} is one of {shown}" + (f" and {more} more" if more > 0 else "")

    def _numbers(self) -> list[float]:
        try:
            return [float(value) for value in self.values]
        except ValueError as error:
            message = f"{FIELD}.values for the number column {self.column!r}: {error}"
            raise StageFailure("BadNumber", f"{message}: write it as 1234.5") from None
