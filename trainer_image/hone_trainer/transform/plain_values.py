"""Values that are in their form already, as those of nearly all requests are.

For them, what ``sources.values.convert`` does is known without doing it: a row of ten columns costs
tens of microseconds and not a millisecond. Whatever else comes takes the way of every source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hone_trainer.rows.block import NO_TIME, Form
from hone_trainer.rows.few_rows import FewTexts

MOST = 64
"""Rows up to which this is faster."""
EXACT = 2**53
"""Whole numbers up to here are floats."""


def plain(values: Sequence[Any], form: Form) -> Any:
    """Return a column as ``FewRows`` holds it; None where a value is not plain.

    Args:
        values: at most ``MOST``.
        form: of the column.
    """
    if form == "number":
        return _numbers(values)
    if form == "text":
        return _texts(values)
    if any(value is not None for value in values):
        return None
    return np.full(len(values), NO_TIME)


def _numbers(values: Sequence[Any]) -> Any:
    for value in values:
        kind = type(value)
        good = value is None or kind is float or (kind is int and -EXACT <= value <= EXACT)
        if not good:
            return None
    found = np.array([np.nan if value is None else value for value in values], np.float64)
    return None if np.count_nonzero(np.isinf(found)) else found


def _texts(values: Sequence[Any]) -> Any:
    codes: list[int] = []
    words: dict[str, int] = {}
    for value in values:
        if value is None:
            codes.append(-1)
            continue
        if type(value) is not str or not _trimmed(value):
            return None
        codes.append(words.setdefault(value, len(words)))
    return FewTexts(np.array(codes, np.int32), list(words))


def _trimmed(text: str) -> bool:
    """Say whether reading leaves a text as it is: beyond ASCII, others know what a space is."""
    return text.isascii() and bool(text) and text == text.strip() and "\0" not in text
