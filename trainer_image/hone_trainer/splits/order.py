"""What rows are ordered by: a time, or a number that grows with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block


def moments(block: Block, name: str) -> NDArray[np.int64]:
    """Return (n,) integers in the order of a time or number column, ``NO_TIME`` where missing."""
    from hone_trainer.rows.histories import ranked

    return ranked(block.numbers(name)) if block.form(name) == "number" else block.times(name)
