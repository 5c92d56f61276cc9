"""The latest rows held out, as a model meets them: it is trained on the past and asked later.

Where the parts end is found from counts of rows per time. Each block leaves at most 65,536 of them:
one per distinct time, or, where there are more, one per span of time, whose length is the least
power of two (in microseconds) that will do for all blocks together. So the result does not depend
on how rows are cut into blocks, and many rows take as little memory as few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.splits.order import moments
from hone_trainer.splits.splitting import Ask, Places, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.split.by.time.column"


class TimeSplit(Splitting):
    """The latest rows are the test part, the ones before them the validation part.

    Every row is later than all rows of the part before: rows of the same time stay together, so
    the shares are as near as times allow. Beyond 65,536 distinct times, spans of time stay together
    that hold about one row in 65,536.
    """

    column: ColumnName
    """The time, or a number that grows with it; no row may be without."""

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Splitting.orders``."""
        return (self.column,)

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Splitting.check``."""
        find(columns, self.column, FIELD, "time", "number")

    def observe(self, block: Block, ask: Ask) -> Any:  # noqa: ARG002
        """Count the rows per time."""
        from hone_trainer.splits.spans import Spans

        return Spans.count(moments(block, self.column)).table()

    def settle(self, observed: list[Any], ask: Ask) -> Places:
        """Find the times at which the parts begin.

        Raises:
            StageFailure: MissingValues, TooFewTimes.
        """
        import numpy as np

        from hone_trainer.splits.spans import Spans

        spans = Spans.join([Spans.of(table) for table in observed])
        if spans.missing:
            message = f"{FIELD} names {self.column!r}, which has no value in {spans.missing:,} rows"
            raise StageFailure("MissingValues", f"{message}: fill them in the source")
        if len(spans.places) < 3:
            message = f"{FIELD} names {self.column!r}, which holds {len(spans.places)} times"
            raise StageFailure("TooFewTimes", f"{message}: three parts need three or more")
        onwards = np.cumsum(spans.rows[::-1])[::-1]
        total = int(onwards[0])
        test = _nearest(onwards[2:], round(total * ask.test)) + 2
        wanted = int(onwards[test]) + round(total * ask.validation)
        validation = _nearest(onwards[1:test], wanted) + 1
        begins = spans.places << spans.shift
        return TimePlaces(self.column, int(begins[validation]), int(begins[test]))


def _nearest(counts: NDArray[np.int64], wanted: int) -> int:
    return int(abs(counts - wanted).argmin())


@dataclass(frozen=True)
class TimePlaces(Places):
    """Rows from a certain time on are held out."""

    column: str
    validation: int
    """The first time of the validation part."""
    test: int
    """The first time of the test part."""

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``."""
        import numpy as np

        times = moments(block, self.column)
        parts = np.zeros(len(block), np.int8)
        parts[times >= self.validation] = 1
        parts[times >= self.test] = 2
        return parts
