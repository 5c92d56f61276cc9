"""Each user's last row held out: how recommendation from sequences is measured.

The last row of a user is the test part's, the one before it the validation part's (He et al. 2017;
Kang and McAuley 2018). Each block leaves the last two rows of each user that it holds; users are
told apart by 64-bit hashes.
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

FIELD = "prepare.split.by.leaveOneOut"


class LeaveOneOut(Splitting):
    """Of each user the last row is for test, the one before it for validation.

    Users with fewer than three rows, and rows without a user, stay in training. The shares of
    ``split`` do not count.
    """

    by: ColumnName
    """The user."""
    along: ColumnName | None = None
    """The time, or a number that grows with it; no row of a user may be without. Of rows of the
    same time the one further down in the source is later; without this, that is all that counts."""

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Splitting.orders``."""
        return (self.along,) if self.along is not None else ()

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Splitting.check``."""
        find(columns, self.by, f"{FIELD}.by", "text")
        if self.along is not None:
            find(columns, self.along, f"{FIELD}.along", "time", "number")

    def observe(self, block: Block, ask: Ask) -> Any:  # noqa: ARG002
        """Return the last two rows of each user.

        Raises:
            StageFailure: MissingValues.
        """
        import numpy as np

        from hone_trainer.rows.block import NO_TIME
        from hone_trainer.rows.tokens import hash_words
        from hone_trainer.splits.latest import latest

        texts = block.texts(self.by)
        known = texts.codes >= 0
        users = hash_words(texts.words)[texts.codes[known]]
        times = np.zeros(len(users), np.int64)
        if self.along is not None:
            times = moments(block, self.along)[known]
        rows = block.rows[known]
        if (gaps := times == NO_TIME).any():
            message = f"{FIELD}.along names {self.along!r}, which has no value in row"
            message += f" {rows[gaps.argmax()] + 1}: fill it in the source"
            raise StageFailure("MissingValues", message)
        return latest(users, times, rows)

    def settle(self, observed: list[Any], ask: Ask) -> Places:  # noqa: ARG002
        """Find the last two rows of each user.

        Raises:
            StageFailure: TooFewRows.
        """
        from hone_trainer.splits.latest import last_two

        validation, test = last_two(observed)
        if not len(test):
            message = f"{FIELD}.by names {self.by!r}, and none of its values is in three rows"
            raise StageFailure("TooFewRows", f"{message}: take another column, or split otherwise")
        return LeaveOneOutPlaces(validation, test)


@dataclass(frozen=True)
class LeaveOneOutPlaces(Places):
    """Rows that are held out, by their numbers."""

    validation: NDArray[np.int64]
    """Ascending."""
    test: NDArray[np.int64]
    """Ascending."""

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``."""
        import numpy as np

        parts = np.zeros(len(block), np.int8)
        for part, numbers in enumerate((self.validation, self.test), 1):
            parts[np.isin(block.rows, numbers)] = part
        return parts

    def cut(self, first: int, last: int) -> Places:
        """See ``Places.cut``."""
        validation, test = (
            numbers[slice(*numbers.searchsorted((first, last)))]
            for numbers in (self.validation, self.test)
        )
        return LeaveOneOutPlaces(validation, test)
