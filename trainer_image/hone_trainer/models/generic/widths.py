"""How wide layers and vectors of ids are, and how much is dropped, where nobody says."""

import math
from typing import Annotated

from pydantic import Field

Units = Annotated[int, Field(ge=1, le=16_384)]
"""Of a dense layer."""
WIDEST, STEP = 64, 8
"""Of a field; wider tables cost more than they add."""
NARROWEST, ROWS_PER_NUMBER = 8, 4
SOME = 20_000
"""Training rows below which more is dropped."""


def width_of(ids: int, rows: int) -> int:
    """Return the width of the vectors of a column's ids.

    2 n^(1/4), rounded up to a multiple of 8 and at most 64 (the rule of Merlin Models), but with
    four rows to learn each number from, where there are more than eight: with wide vectors rare ids
    are learned by heart.

    Args:
        ids: how many there are.
        rows: training rows.
    """
    widest = min(WIDEST, STEP * math.ceil(2 * math.sqrt(math.sqrt(ids)) / STEP))
    most = rows // (ROWS_PER_NUMBER * max(1, ids))
    return min(widest, max(NARROWEST, most // STEP * STEP))


def usual_dropout(rows: int) -> float:
    """Return the share of units that is dropped while training on so many rows."""
    return 0.2 if rows < SOME else 0.1
