"""How far an evaluation is, by what takes its time: a baseline, and the answers to all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.models.answers import Answers

READ, TRAINED, MEASURED = 0.05, 0.65, 0.9
"""Share of the time until rows are read, a baseline is trained, answers are judged; then the report
and the bundle are written."""


class Answered:
    """Counts the rows that were answered, over all files that are measured.

    Args:
        tell: told the share of the whole, and what is going on.
        begun: share of the whole that was done before.
        total: rows to answer, of all files.
    """

    def __init__(self, tell: Callable[[float, str], None], begun: float, total: int) -> None:
        self._tell, self._begun, self._total = tell, begun, total
        self._done = 0

    def count(self, answers: Iterable[Answers]) -> Iterator[Answers]:
        """Return answers as they are, telling of each block."""
        for block in answers:
            yield block
            self._done += len(next(iter(next(iter(block.values())).values())))
            share = self._done / max(self._total, 1)
            fraction = self._begun + (MEASURED - self._begun) * share
            self._tell(fraction, f"answered {self._done:,} of {self._total:,} rows")
