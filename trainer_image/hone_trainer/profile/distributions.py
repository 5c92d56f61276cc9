"""What the values of each column look like, as they were read and as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.profile.scale import Scale
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import NO_TIME, Block, Form
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.tokens import compute

TOP = 8
"""Words shown of a text column."""
LONGEST = 80
"""Characters shown of a word."""
Same = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Places of the same rows in two blocks."""


@dataclass(frozen=True)
class Summary:
    """A column in figures.

    Attributes:
        rows: rows of the sample.
        missing: those of them without a value.
        distinct: different values; of a sequence of ids, different ids.
        figures: of numbers ``mean``, ``deviation``, ``min``, ``q1``, ``median``, ``q3``, ``max``;
            of texts ``once``, the number of words that occur once; of times ``earliest`` and
            ``latest``.
    """

    rows: int
    missing: int
    distinct: int
    figures: dict[str, Any]


@dataclass(frozen=True)
class Histogram:
    """Counts of one column in bins, or of its most frequent words.

    Attributes:
        edges: starts of the bins, and the end of the last, n + 1; times as texts. Empty for texts.
        words: the most frequent words; empty for numbers and times.
        counts: by ``before``, ``after`` and the parts of what is after. Of numbers n + 2: what is
            below the first edge, the bins, what is at the last edge or above. Of texts a count for
            each word and one for all others.
    """

    edges: tuple[Any, ...]
    words: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Portrait:
    """One column."""

    name: str
    kind: str
    """What it is for: id, number, label, …"""
    form: Form
    before: Summary
    after: Summary
    histogram: Histogram
    changed: int
    """Values of rows in both samples that cleaning changed."""


def portray(
    column: Column, before: Block, after: Block, tally: Tally | None, same: Same
) -> Portrait:
    """Look at one column.

    Args:
        column: what it is.
        before: rows as they were read.
        after: rows as they are now, with the numbers that they had.
        tally: the words of ``after``, for a text column.
        same: which rows are in both.
    """
    form = after.form(column.name)
    found = (
        _numbers(column.name, before, after, form)
        if tally is None
        else _texts(Tally.of(before, column), tally, before, after, column.name)
    )
    changed = _changed(column.name, before, after, same)
    return Portrait(column.name, column.kind, form, *found, changed)


def match(before: Block, after: Block) -> Same:
    """Return the places in ``before`` and in ``after`` of the rows that are in both."""
    if not len(before):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.minimum(np.searchsorted(before.rows, after.rows), len(before) - 1)
    both = np.flatnonzero(before.rows[at] == after.rows)
    return at[both], both


def _numbers(
    name: str, before: Block, after: Block, form: Form
) -> tuple[Summary, Summary, Histogram]:
    raw, clean = measures(before, name), measures(after, name)
    known = ~np.isnan(clean)
    parts = [np.sort(clean[known & (after.parts == part)]) for part in range(len(PARTS))]
    # Of sorted pieces, which this method takes less time to join.
    sides = [np.sort(raw[~np.isnan(raw)]), np.sort(np.concatenate(parts), kind="stable")]
    scale = Scale.of(*sides)
    counts = _counts(scale.counts(sides[0]), np.stack([scale.counts(part) for part in parts]))
    edges = tuple(iso(e) if form == "time" else float(e) for e in scale.edges)
    describe = _times if form == "time" else _figures
    first, second = (
        Summary(rows, rows - len(side), _distinct(side), describe(side) if len(side) else {})
        for rows, side in zip((len(raw), len(clean)), sides, strict=True)
    )
    return first, second, Histogram(edges, (), counts)


def _texts(
    raw: Tally, clean: Tally, before: Block, after: Block, name: str
) -> tuple[Summary, Summary, Histogram]:
    summaries = [
        Summary(
            len(block),
            int(block.missing(name).sum()),
            int((tally.total > 0).sum()),
            {"once": int((tally.total == 1).sum())},
        )
        for block, tally in ((before, raw), (after, clean))
    ]
    words = raw.top(TOP) or clean.top(TOP)
    counts = np.stack([raw.of_words(words).sum(axis=0), *clean.of_words(words)])
    totals = np.array([raw.total.sum(), *clean.counts.sum(axis=1)])
    counts = np.column_stack([counts, totals - counts.sum(axis=1)])
    shown = tuple(w if len(w) <= LONGEST else w[: LONGEST - 1] + "…" for w in words)
    return summaries[0], summaries[1], Histogram((), shown, _counts(counts[0], counts[1:]))


def _counts(before: NDArray[np.int64], parts: NDArray[np.int64]) -> dict[str, tuple[int, ...]]:
    rows = {"before": before, "after": parts.sum(axis=0), **dict(zip(PARTS, parts, strict=True))}
    return {name: tuple(row.tolist()) for name, row in rows.items()}


def _figures(ordered: NDArray[np.float64]) -> dict[str, Any]:
    # On a scale on which no square is too large for a float.
    unit = max(-ordered[0], ordered[-1]) or 1.0
    scaled = ordered / unit
    at = np.linspace(0, len(ordered) - 1, 5)
    left, right = scaled[np.floor(at).astype(int)], scaled[np.ceil(at).astype(int)]
    quarters = (left + (right - left) * (at % 1)) * unit
    names = ("min", "q1", "median", "q3", "max")
    return {
        "mean": float(scaled.mean() * unit),
        "deviation": float(scaled.std() * unit),
        **dict(zip(names, quarters.tolist(), strict=True)),
    }


def _times(known: NDArray[np.float64]) -> dict[str, Any]:
    return {"earliest": iso(known[0]), "latest": iso(known[-1])}


def _distinct(ordered: NDArray[np.float64]) -> int:
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def _changed(name: str, before: Block, after: Block, same: Same) -> int:
    at, both = same
    if after.form(name) != "text":
        old, new = measures(before, name)[at], measures(after, name)[both]
        return int(((old != new) & ~(np.isnan(old) & np.isnan(new))).sum())
    was, now = before.texts(name), after.texts(name)
    # Words of both blocks on one list; a word that is new is never what it was.
    known = compute.index_in(now.words, was.words).fill_null(-2).to_numpy(zero_copy_only=False)
    codes = np.append(known, -1)[now.codes[both]]
    return int((codes != was.codes[at]).sum())


def measures(block: Block, name: str) -> NDArray[np.float64]:
    """Return a number column, or a time column in microseconds; NaN where missing (n,)."""
    if block.form(name) == "number":
        return block.numbers(name)
    times = block.times(name)
    return np.where(times == NO_TIME, np.nan, times.astype(np.float64))


def iso(microseconds: float) -> str:
    """Write a time for people, to the second."""
    try:
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=float(microseconds))
    except OverflowError:
        return f"{microseconds:.3g} µs"
    return when.strftime("%Y-%m-%d %H:%M:%S")
