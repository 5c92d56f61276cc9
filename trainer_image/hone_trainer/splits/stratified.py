"""The same share of every class in every part, so that rare ones are in all of them.

Within its class, a row is ranked by the hash of its number. The bound of each share is found from
the hashes near it, which each block leaves with the number of those below, so that little memory
does for any number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.splits.splitting import Ask, Places, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.split.by.stratified.column"
MOST_CLASSES = 1000


class StratifiedSplit(Splitting):
    """The same share of every class in every part, to within a row.

    The shares of all rows are exact. Rows without a value are a class of their own.
    """

    column: ColumnName | None = None
    """The column whose values are the classes, 1,000 at most; the label of the first task where
    it is left out."""

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Splitting.orders``."""
        return (self.column,) if self.column is not None else ()

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Splitting.check``."""
        if self.column is not None:
            find(columns, self.column, FIELD, "text", "number")

    def observe(self, block: Block, ask: Ask) -> Any:
        """Count the rows of each class, and give the hashes near the end of each share."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.rows.row_hash import hash_numbers
        from hone_trainer.splits.classes import near_ends

        names, codes = self._classes(block, ask)
        rows = np.bincount(codes, minlength=len(names))
        hashes = hash_numbers(block.rows.astype(np.uint64), ask.seed)
        shares = {"validation": ask.validation, "heldOut": ask.validation + ask.test}
        found: dict[str, Any] = {"name": pa.array(names, pa.string()), "rows": pa.array(rows)}
        for share, value in shares.items():
            below, near = near_ends(codes, rows, hashes, value)
            found |= {f"{share}Below": below, f"{share}Near": near}
        return pa.table(found)

    def settle(self, observed: list[Any], ask: Ask) -> Places:
        """Find the hashes at which the shares of each class end.

        Raises:
            StageFailure: TooManyClasses.
        """
        from hone_trainer.splits.classes import Classes

        classes = Classes.of(observed)
        if len(classes.names) > MOST_CLASSES:
            raise self._refusal(ask)
        validation, held_out = classes.ends(ask.validation, ask.test)
        return StratifiedPlaces(
            self.column or ask.label, ask.seed, classes.names, validation, held_out
        )

    def _classes(self, block: Block, ask: Ask) -> Any:
        from hone_trainer.splits.classes import classes

        names, codes = classes(block, self.column or ask.label)
        if len(names) > MOST_CLASSES:
            raise self._refusal(ask)
        return names, codes

    def _refusal(self, ask: Ask) -> StageFailure:
        message = f"{FIELD} names {self.column or ask.label!r}, which holds more than"
        message += f" {MOST_CLASSES:,} different values"
        return StageFailure("TooManyClasses", f"{message}: take another column, or split by group")


@dataclass(frozen=True)
class StratifiedPlaces(Places):
    """Rows with the least hashes of each class are held out."""

    column: str
    seed: int
    names: tuple[str | None, ...]
    """The classes."""
    validation: NDArray[np.uint64]
    """(classes,) hashes below it are the validation part's."""
    held_out: NDArray[np.uint64]
    """(classes,) hashes below it are held out at all."""

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``; rows of classes that nobody has seen are training rows."""
        import numpy as np

        from hone_trainer.rows.row_hash import hash_numbers
        from hone_trainer.splits.classes import classes

        names, codes = classes(block, self.column)
        at = {name: place for place, name in enumerate(self.names)}
        # One more at the end: the bounds of classes that nobody has seen.
        chosen = np.array([at.get(name, len(at)) for name in names], np.int64)[codes]
        hashes = hash_numbers(block.rows.astype(np.uint64), self.seed)
        parts = np.zeros(len(block), np.int8)
        parts[hashes < np.append(self.held_out, np.uint64(0))[chosen]] = 2
        parts[hashes < np.append(self.validation, np.uint64(0))[chosen]] = 1
        return parts
