"""Raw values that a client of TensorFlow sends, read as those of every source are.

Texts lose the white space around them, and "" is a missing one; NaN is a missing number; a time is
whole seconds, milliseconds or microseconds since 1970, by its size. What cannot be read refuses its
row, in the words that all sources have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.rows.block import NO_TIME, Form
from hone_trainer.rows.row_tensors import RowTensors
from hone_trainer.sources.forms import WANTED
from hone_trainer.sources.spelling import EPOCHS, FIRST, LAST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.columns import Column

SPACES = (
    r"\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}"
    r"\x{3000}"
)
"""What Arrow trims, as RE2 writes it."""
_TEXT = r"[^\x{0}]*"
"""No NUL, and UTF-8: what is not matches nothing."""


DTYPES: dict[Form, str] = {"text": "string", "number": "float64", "time": "int64"}
"""The type of a column's tensor, as TensorFlow calls it."""


def read(columns: tuple[Column, ...], given: Mapping[str, Any]) -> RowTensors:
    """Return the rows that tensors hold: column -> (n,), or (n, any) of a sequence."""
    from hone_trainer.backend.keras import tf

    count = tf.shape(next(iter(given.values())))[:1]
    rows = RowTensors(given, tf.fill(count, ""))
    for column in columns:
        if column.name in given:
            reading = {"text": _text, "number": _number, "time": _time}[column.value.form]
            rows = reading(rows, column.name)
    return rows


def _text(rows: RowTensors, name: str) -> RowTensors:
    from hone_trainer.backend.keras import tf

    values = rows.columns[name]
    bad = tf.logical_not(tf.strings.regex_full_match(values, _TEXT))
    if values.shape.rank == 2:
        bad = tf.reduce_any(bad, 1)
    rows = rows.refuse(bad, f"column {name!r}: it is not {WANTED['text'][1]}")
    trimmed = tf.strings.regex_replace(values, f"^[{SPACES}]+|[{SPACES}]+$", "")
    return rows.put(name, trimmed)


def _number(rows: RowTensors, name: str) -> RowTensors:
    from hone_trainer.backend.keras import tf

    values = rows.columns[name]
    for infinite in ("inf", "-inf"):
        why = f"column {name!r}: {infinite!r} is not {WANTED['number'][1]}"
        rows = rows.refuse(tf.equal(values, float(infinite)), why)
    return rows


def _time(rows: RowTensors, name: str) -> RowTensors:
    """Read whole numbers as ``sources.spelling.epochs`` does; the least of all is a missing one."""
    from hone_trainer.backend.keras import tf

    values = rows.columns[name]
    missing, size = tf.equal(values, NO_TIME), tf.abs(values)
    times = values
    for limit, factor in reversed(EPOCHS):
        times = tf.where(size < limit, values * factor, times)
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    dates = (
        (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )
    wrong = dates | (size >= EPOCHS[-1][0]) | (times < FIRST) | (times > LAST)
    text = tf.strings.join([f"column {name!r}: '", tf.strings.as_string(values), "' is not "])
    rows = rows.refuse(wrong & tf.logical_not(missing), tf.strings.join([text, WANTED["time"][1]]))
    return rows.put(name, tf.where(missing | wrong, tf.constant(NO_TIME, tf.int64), times))


def as_tensors(columns: tuple[Column, ...], rows: Any) -> dict[str, Any]:
    """Return rows of any form as a client would send them, column -> array.

    Raises:
        StageFailure: they cannot be read.
    """
    from hone_trainer.transform.raw_rows import RawRows

    raw = RawRows(rows)
    given = tuple(column for column in columns if not column.value.derived)
    block = raw.block(given, {})
    found: dict[str, Any] = {}
    for column in given:
        if column.value.form == "text":
            texts = block.texts(column.name)
            words = np.array([*texts.words.to_pylist(), ""], object)
            found[column.name] = words[texts.codes]
        elif column.value.form == "number":
            found[column.name] = block.numbers(column.name)
        else:
            found[column.name] = as_epoch(block.times(column.name))
    for column in columns:
        if column.value.derived:
            found[column.name] = _padded(raw.histories(column), block.rows)
    return found


def as_epoch(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return microseconds (n,) as numbers that are read as those moments.

    Around 1970 they would be taken for larger units: whole seconds say what can be said there.
    """
    (_, second), (below, _), _ = EPOCHS
    small = np.abs(times) < below
    return np.where(small & (times != NO_TIME), times // second, times)


def _padded(histories: Any, rows: Any) -> Any:
    tokens = histories.of_rows(rows.astype(np.int32))
    words = np.array([*tokens.words.to_pylist(), ""], object)
    found = np.full((len(rows), max(1, tokens.sizes.max(initial=0))), "", object)
    for row, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
        found[row, : end - start] = words[tokens.codes[start:end]]
    return found
