"""What every way to split takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block


@dataclass(frozen=True)
class Ask:
    """What is to be split.

    Attributes:
        rows: rows of the source, all blocks together.
        validation: share of the validation part.
        test: share of the test part.
        seed: another seed, another split.
        label: the column that the first task predicts.
    """

    rows: int
    validation: float
    test: float
    seed: int
    label: str


class Places:
    """Which part each row belongs to; can be pickled, and is sent to whoever holds the rows."""

    def of(self, block: Block) -> NDArray[np.int8]:
        """Return (n,) indices into ``dataset.PARTS``."""
        raise NotImplementedError

    def cut(self, first: int, last: int) -> Places:  # noqa: ARG002
        """Return what is needed for the rows numbered first to last-1, where that is less."""
        return self


class Splitting(Spec):
    """A way to split rows into training, validation and test part.

    Rows are placed as they were read, before anything is cleaned or learned.
    """

    @property
    def orders(self) -> tuple[str, ...]:
        """Columns by which rows are split."""
        return ()

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse parameters that do not fit the columns (ColumnNotFound, WrongColumnKind)."""
        return

    def observe(self, block: Block, ask: Ask) -> Any:  # noqa: ARG002
        """Return what has to be known of a block to place rows, as an Arrow table; or None."""
        return None

    def settle(self, observed: list[Any], ask: Ask) -> Places:
        """Decide, from what was observed of all blocks in their order."""
        raise NotImplementedError
