"""How wide the vectors of ids are, where nobody says."""

import math

WIDEST = 64
"""Of a field; wider tables cost more than they add."""
STEP = 8


def width_of(ids: int) -> int:
    """Return 2 n^(1/4), rounded up to a multiple of 8, at most 64 (the rule of Merlin Models)."""
    return min(WIDEST, STEP * math.ceil(2 * math.sqrt(math.sqrt(ids)) / STEP))
