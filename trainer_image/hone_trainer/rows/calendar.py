"""What a moment tells by the calendar. All in UTC; weeks begin on Monday."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME

HOUR, DAY = 3_600_000_000, 86_400_000_000
"""Microseconds."""
THURSDAY = 3
"""The weekday of 1970-01-01."""


def _hour(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return times // HOUR % 24


def _weekday(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return (times // DAY + THURSDAY) % 7


def _month(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return _months(times).astype(np.int64) % 12


def _day_of_month(times: NDArray[np.int64]) -> NDArray[np.int64]:
    days = (times // DAY).astype("datetime64[D]")
    since = days - _months(times).astype("datetime64[D]")
    found: NDArray[np.int64] = since.astype(np.int64)
    return found


def _months(times: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (times // DAY).astype("datetime64[D]").astype("datetime64[M]")


CYCLES: dict[str, tuple[int, Callable[[NDArray[np.int64]], NDArray[np.int64]]]] = {
    "hour": (24, _hour),
    "weekday": (7, _weekday),
    "month": (12, _month),
    "dayOfMonth": (31, _day_of_month),
}
"""What comes again: how many values it has, and which one (n,) microseconds since 1970 are at."""


def days(times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return days since 1970 (n,), NaN where missing."""
    return np.where(times == NO_TIME, np.nan, times / DAY)
