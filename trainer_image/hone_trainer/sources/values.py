"""Values of any Arrow type that can be one become text, numbers, labels or times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME, TYPES, Texts
from hone_trainer.sources.spelling import (
    FIRST,
    LAST,
    epochs,
    spell_labels,
    spell_numbers,
    spell_times,
)

Reading = Literal["text", "number", "label", "time"]
Converted = tuple[Any, NDArray[np.bool_]]
"""An array in one of the three forms, and which of its values are none and count as missing."""
_PER_UNIT = {"s": (1_000_000, 1), "ms": (1000, 1), "us": (1, 1), "ns": (1, 1000)}
_DAY_US = 86_400_000_000
_EMPTY = pa.scalar("")
STRAY = 0.01
"""Share of the values of a column that may be of another kind than the others: they are faults."""


def fits(kind: Any, how: Reading) -> bool:
    """Say whether values of an Arrow type can be read in a way at all."""
    if pa.types.is_dictionary(kind):
        return fits(kind.value_type, how)
    if textual(kind) or pa.types.is_null(kind) or pa.types.is_integer(kind):
        return True
    if pa.types.is_boolean(kind):
        return how != "time"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return how != "time"
    return how == "time" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def fits_any(kind: Any) -> bool:
    """Say whether values of an Arrow type can be read in any way."""
    return fits(kind, "text") or fits(kind, "time")


def convert(array: Any, how: Reading) -> Converted:
    """Bring values (n,) of a type that fits into their form, and say which are wrong."""
    kind = array.type
    if pa.types.is_null(kind):
        return convert(array.cast(pa.string()), how)
    if pa.types.is_dictionary(kind) and not textual(kind.value_type):
        return convert(array.dictionary_decode(), how)
    if textual(kind):
        return _plain(array, how) or _from_words(array.dictionary_encode(), how)
    if pa.types.is_dictionary(kind):
        return _from_words(array, how)
    if how == "text":
        named, wrong = _named(array)
        return _from_words(named, how)[0], wrong
    if how == "time":
        return _times(*_microseconds(array))
    values = _floats(array)
    if how == "number":
        return pa.array(values), np.isinf(values)
    return pa.array(values), ~(np.isin(values, (0.0, 1.0)) | np.isnan(values))


def textual(kind: Any) -> bool:
    """Say whether values of an Arrow type are texts, or bytes that may be."""
    types = pa.types
    string = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return bool(string or types.is_binary(kind) or types.is_large_binary(kind))


def _plain(array: Any, how: Reading) -> Converted | None:
    """Read numbers and times at once, where all are well written and most of them distinct."""
    if how not in ("number", "time"):
        return None
    try:
        text = array.cast(pa.string())
        if how == "number":
            found = text.cast(pa.float64())
            values = found.fill_null(np.nan).to_numpy(zero_copy_only=False)
            good = np.isfinite(values).sum() == len(values) - found.null_count
            return (pa.array(values), np.zeros(len(values), bool)) if good else None
        return text.cast(TYPES["time"]), np.zeros(len(array), bool)
    except pa.ArrowInvalid:
        return None


def _from_words(array: Any, how: Reading) -> Converted:
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    words, broken = _valid(array.dictionary)
    if how == "text":
        return _texts(words, codes, broken)
    if how == "time":
        times, wrong = spell_times(words)
        return _times(np.append(times, NO_TIME)[codes], np.append(wrong | broken, False)[codes])
    spell: Callable[..., Any] = spell_numbers if how == "number" else spell_labels
    values, wrong = spell(words)
    return pa.array(np.append(values, np.nan)[codes]), np.append(wrong | broken, False)[codes]


def _texts(words: Any, codes: NDArray[np.int32], broken: NDArray[np.bool_]) -> Converted:
    trimmed = pc.utf8_trim_whitespace(words)
    broken = broken | pc.match_substring(trimmed, "\0").to_numpy(zero_copy_only=False)
    wrong = np.append(broken, False)[codes]
    if trimmed.equals(words) and not broken.any() and not pc.any(pc.equal(words, _EMPTY)).as_py():
        kept = words
    else:
        empty = pc.equal(trimmed, _EMPTY).to_numpy(zero_copy_only=False) | broken
        found = pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), trimmed)
        found = found.dictionary_encode()
        again = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        codes = np.append(again, -1).astype(np.int32)[codes]
        kept = found.dictionary
    return Texts(codes, kept).array(), wrong


def _valid(words: Any) -> tuple[Any, NDArray[np.bool_]]:
    """Return words as text without nulls, empty where they are not UTF-8; and where that is so."""
    none = np.zeros(len(words), bool)
    try:
        return words.cast(pa.string()).fill_null(""), none
    except pa.ArrowInvalid:
        texts = [_decode(word) for word in words.cast(pa.binary()).to_pylist()]
    bad = np.array([text is None for text in texts])
    return pa.array([text or "" for text in texts], pa.string()), bad


def _decode(word: bytes | None) -> str | None:
    try:
        return (word or b"").decode()
    except UnicodeDecodeError:
        return None


def _named(array: Any) -> tuple[Any, NDArray[np.bool_]]:
    """Write whole numbers and truth values as words; also say which numbers (n,) are not whole.

    A float beyond those whose every whole number it holds is none: it may stand for several.
    """
    found = array.dictionary_encode()
    words, kind = found.dictionary, array.type
    if pa.types.is_floating(kind):
        floats = words.cast(pa.float64()).to_numpy(zero_copy_only=False)
        exact = 2 ** (np.finfo(kind.to_pandas_dtype()).nmant + 1)
        missing = np.isnan(floats)
        bad = ~missing & ~((np.floor(floats) == floats) & (np.abs(floats) <= exact))
        whole = np.where(bad | missing, 0, floats).astype(np.int64)
        words = pa.array(whole, mask=missing | bad).cast(pa.string())
    elif pa.types.is_decimal(kind):
        words = pc.replace_substring_regex(words.cast(pa.string()), r"\.0*$", "")
        bad = ~_numpy(pc.match_substring_regex(words, r"^-?[0-9]+$"))
        words = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), words)
    else:
        words, bad = words.cast(pa.string()), np.zeros(len(words), bool)
    codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    again = words.dictionary_encode()  # 0 and -0 are one word
    indices = again.indices.take(found.indices)
    named = pa.DictionaryArray.from_arrays(indices, again.dictionary)
    return named, np.append(bad, False)[codes]


def _numpy(flags: Any) -> NDArray[np.bool_]:
    values: NDArray[np.bool_] = flags.to_numpy(zero_copy_only=False)
    return values


def _floats(array: Any) -> NDArray[np.float64]:
    values = array.cast(pa.float64(), safe=False).fill_null(np.nan)
    found: NDArray[np.float64] = values.to_numpy(zero_copy_only=False)
    return found


def _microseconds(array: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    kind, known = array.type, ~array.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_integer(kind):
        bounded = array.cast(pa.int64(), safe=False).fill_null(0)
        times, wrong = epochs(bounded.to_numpy(zero_copy_only=False))
        return np.where(known, times, NO_TIME), wrong & known
    whole = array.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(pa.int64())
    values = whole.fill_null(0).to_numpy(zero_copy_only=False)
    factor, divisor = (
        (_DAY_US, 1)
        if pa.types.is_date32(kind)
        else _PER_UNIT["ms" if pa.types.is_date(kind) else kind.unit]
    )
    wrong = (values > LAST * divisor // factor) | (values < FIRST * divisor // factor)
    times = np.where(wrong, 0, values) * factor // divisor
    return np.where(known & ~wrong, times, NO_TIME), wrong & known


def _times(times: NDArray[np.int64], wrong: NDArray[np.bool_]) -> Converted:
    return pa.array(times, TYPES["time"], mask=times == NO_TIME), wrong
