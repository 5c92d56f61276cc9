"""What a moment tells by the calendar. All in UTC; weeks begin on Monday.

Whole numbers alone, added and divided: arrays and tensors are reckoned by the same lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME

HOUR, DAY = 3_600_000_000, 86_400_000_000
"""Microseconds."""
THURSDAY = 3
"""The weekday of 1970-01-01."""
MARCH, ERA = 719_468, 146_097
"""Days from 0000-03-01 to 1970-01-01, and of 400 years."""


def _hour(times: Any) -> Any:
    return times // HOUR % 24


def _weekday(times: Any) -> Any:
    return (times // DAY + THURSDAY) % 7


def _month(times: Any) -> Any:
    return (_since_march(times)[0] + 2) % 12


def _day_of_month(times: Any) -> Any:
    month, day = _since_march(times)
    return day - (153 * month + 2) // 5


def _since_march(times: Any) -> tuple[Any, Any]:
    """Return the month, 0 for March, and the day since March began the year (Hinnant 2014)."""
    day = times // DAY + MARCH
    day = day - day // ERA * ERA
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day = day - (365 * year + year // 4 - year // 100)
    return (5 * day + 2) // 153, day


CYCLES: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "hour": (24, _hour),
    "weekday": (7, _weekday),
    "month": (12, _month),
    "dayOfMonth": (31, _day_of_month),
}
"""What comes again: how many values it has, and which one (n,) microseconds since 1970 are at,
of an array or a tensor."""


def days(times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return days since 1970 (n,), NaN where missing."""
    return np.where(times == NO_TIME, np.nan, times / DAY)
