"""How numbers, labels and times are written in text, worked out once per distinct word."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME

NO_NUMBER = ("", "na", "n/a", "nan", "null", "none")
"""What stands for a missing number or time, in any case; any other column has an empty field."""
TRUTH = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0, "false": 0.0, "true": 1.0}
_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_NAN = r"^[+-]?nan(\([0-9a-z_]*\))?$"
_WHOLE = r"^[+-]?[0-9]{1,18}$"
_ZONE = r"[T ][0-9:.,]*(Z|[+-][0-9:]+)$"
_SECOND = 1_000_000
_STRIDE = 256
"""Words that are read one by one where one of them is no time that Arrow knows."""
FIRST, LAST = -62_135_596_800 * _SECOND, 253_402_300_800 * _SECOND - 1
"""Microseconds from 1970 to the first and the last moment of the years 1 to 9999."""
EPOCHS = ((10**11, _SECOND), (10**14, 1000), (10**17, 1))
"""Whole numbers below 10^11 are seconds since 1970 (until the year 5138), below 10^14 milliseconds
(from 1973 on), below 10^17 microseconds."""


def spell_numbers(words: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers; NaN where missing. Also say which words (n,) are none, or infinite."""
    trimmed = pc.utf8_trim_whitespace(words)
    lower = pc.utf8_lower(trimmed)
    missing = pc.or_(_among(lower, NO_NUMBER), pc.match_substring_regex(lower, _NAN))
    known = pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)
    wrong = np.zeros(len(words), bool)
    try:
        found = known.cast(pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(trimmed, _PLAIN)
        wrong = _numpy(pc.invert(pc.or_(plain, missing)))
        bare = pc.replace_substring_regex(known, r"^\+", "")
        found = pc.if_else(plain, bare, pa.scalar(None, pa.string())).cast(pa.float64())
    values = found.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return values, wrong | np.isinf(values)


def spell_labels(words: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read labels 0 and 1; NaN where empty. Also say which words (n,) are none."""
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(words))
    index = pc.index_in(lower, pa.array(list(TRUTH))).fill_null(-1).to_numpy()
    values = np.append(list(TRUTH.values()), np.nan)[index]
    unknown = index < 0
    if unknown.any():
        numbers, _ = spell_numbers(words)
        values = np.where(unknown & np.isin(numbers, (0.0, 1.0)), numbers, values)
    return values, np.isnan(values) & _numpy(pc.not_equal(lower, pa.scalar("")))


def spell_times(words: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read times: ISO 8601, a zone or none (UTC), or whole numbers since 1970.

    Returns:
        microseconds since 1970, ``NO_TIME`` where missing; and which words (n,) are no time.
    """
    trimmed = pc.utf8_trim_whitespace(words)
    missing = _numpy(_among(pc.utf8_lower(trimmed), NO_NUMBER))
    whole = _numpy(pc.match_substring_regex(trimmed, _WHOLE))
    zoned = _numpy(pc.match_substring_regex(trimmed, _ZONE))
    short = pc.replace_substring_regex(trimmed, r"(\.[0-9]{6})[0-9]+", r"\1")
    times, wrong = np.full(len(words), NO_TIME), np.zeros(len(words), bool)
    if whole.any():
        bare = pc.replace_substring_regex(short.filter(pa.array(whole)), r"^\+", "")
        times[whole], wrong[whole] = epochs(bare.cast(pa.int64()).to_numpy())
    for chosen, kind in (
        (zoned & ~whole & ~missing, pa.timestamp("us", "UTC")),
        (~zoned & ~whole & ~missing, pa.timestamp("us")),
    ):
        if chosen.any():
            times[chosen], wrong[chosen] = _moments(short.filter(pa.array(chosen)), kind)
    return times, wrong


def epochs(
    values: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read whole numbers as seconds, milliseconds or microseconds since 1970, by their size.

    Dates that are written as whole numbers (20260131) are refused, not taken for 1970.
    """
    size = np.abs(values)
    times = np.full(len(values), NO_TIME)
    for limit, factor in reversed(EPOCHS):
        chosen = size < limit
        times[chosen] = values[chosen] * factor
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    dates = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12)
    dates &= (day >= 1) & (day <= 31)
    wrong = dates | (size >= EPOCHS[-1][0]) | (times < FIRST) | (times > LAST)
    times[wrong] = NO_TIME
    return times, wrong


def _moments(words: Any, kind: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    found = np.full(len(words), NO_TIME)
    for start in range(0, len(words), _STRIDE):
        part = words.slice(start, _STRIDE)
        try:
            found[start : start + _STRIDE] = part.cast(kind).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            found[start : start + _STRIDE] = [_moment(word, kind) for word in part]
    return found, found == NO_TIME


def _moment(word: Any, kind: Any) -> int:
    """Read what Arrow does not take, such as week dates."""
    with suppress(pa.ArrowInvalid):
        return int(word.cast(kind).cast(pa.int64()).as_py())
    with suppress(ValueError):
        found = datetime.fromisoformat(word.as_py())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        since = found - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds
    return NO_TIME


def _among(words: Any, known: tuple[str, ...]) -> Any:
    return pc.is_in(words, pa.array(known))


def _numpy(flags: Any) -> NDArray[np.bool_]:
    values: NDArray[np.bool_] = flags.to_numpy(zero_copy_only=False)
    return values
