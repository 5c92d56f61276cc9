"""What each user met before: the sequences that recommendation learns from, out of plain events.

Only what is strictly earlier counts. Rows of one user at the same time see nothing of each other:
they are often one page or one basket, and what was chosen on it must not tell what is shown there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME
from hone_trainer.rows.windows import windows


def histories(
    users: NDArray[np.uint64],
    times: NDArray[np.int64],
    rows: NDArray[np.int64],
    items: NDArray[np.int32],
    length: int,
) -> NDArray[np.int32]:
    """Return for each row (n, length) what its user met at earlier times, padded at the front.

    The last ones are kept, in the order of (time, row). The result does not depend on the order in
    which the rows are given.

    Args:
        users: (n,) a hash of each row's user; all rows of a user must be there.
        times: (n,) whatever orders them; rows with ``NO_TIME`` have no history and are in none.
        rows: (n,) number of each row in the source, for the order at equal times.
        items: (n,) id of what each row's user met.
        length: positions of a history.
    """
    order = np.lexsort((rows, times, users))
    user, time = users[order], times[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (user[1:] != user[:-1]) | ((time[:-1] == NO_TIME) & (time[1:] != NO_TIME))
    later = fresh.copy()
    later[1:] |= time[1:] != time[:-1]
    found = np.empty((len(order), length), np.int32)
    found[order] = windows(items[order], _since(fresh), _since(later), length)
    return found


def ranked(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return integers (n,) in the order of numbers, ``NO_TIME`` where missing, to order rows by."""
    # Read as integers, the bits of floating-point numbers have their order, but for the sign.
    bits = (numbers + 0.0).view(np.int64)
    turned = np.where(bits < 0, bits ^ np.int64(np.iinfo(np.int64).max), bits)
    return np.where(np.isnan(numbers), np.int64(NO_TIME), turned)


def _since(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each place the last marked one up to it; the first must be marked."""
    return np.maximum.accumulate(np.where(marks, np.arange(len(marks)), 0))
