"""A text that looks as it should."""

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

FIELD = "prepare.clean[].rules.hold[].pattern"


class PatternRule(RowRule):
    """A text matches a regular expression of RE2, which takes linear time for any of them."""

    column: ColumnName
    """The text column."""
    matches: Annotated[str, Field(min_length=1, max_length=512)]
    """The expression. It may match anywhere in the text: ``^`` and ``$`` tie it to the ends."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``RowRule.check``; BadPattern where the expression is none."""
        import pyarrow as pa

        find(columns, self.column, f"{FIELD}.column", "text")
        try:
            self._matched(pa.array([""]))
        except pa.ArrowInvalid as error:
            message = f"{FIELD}.matches is no regular expression of RE2: {error}"
            raise StageFailure("BadPattern", message) from None

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:  # noqa: ARG002
        """See ``RowRule.broken``; each distinct text is looked at once."""
        import numpy as np

        texts = block.texts(self.column)
        good = self._matched(texts.words).to_numpy(zero_copy_only=False)
        # One more at the end is what the missing ones' -1 finds.
        broken: NDArray[np.bool_] = np.append(~good, False)[texts.codes]
        return broken

    def text(self) -> str:
        """See ``RowRule.text``."""
        return f"{self.column} matches {self.matches[:80]}"

    def _matched(self, words: Any) -> Any:
        import pyarrow.compute as pc

        return pc.match_substring_regex(words, pattern=self.matches)
