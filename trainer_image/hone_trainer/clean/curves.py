"""Mean values over time, for all rows and for groups of them: what interpolation reads.

All curves lie one after another in the same arrays, and a row is looked up by bisection in all of
them at once, so that a block takes no loop over rows or groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME, Block, Texts

MOST_KNOTS = 1 << 16
"""Of the curve of all rows: more than that is finer than any plot."""
MOST_OF_A_GROUP = 1 << 12
MOST_GROUPS = 100_000
LEAST_KNOTS = 2
"""A group with fewer has no course over time."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Curves:
    """Polylines of a value over time; number 0 is that of all rows.

    Attributes:
        groups: ``pa.LargeStringArray`` of words: the n-th has curve n + 1.
        starts: (curves + 1,) where each curve's knots start, and where the last one's end.
        along: (knots,) time of each knot, ascending within a curve.
        values: (knots,) its value.
    """

    groups: Any
    starts: Whole
    along: Floats
    values: Floats

    def of(self, texts: Texts) -> Whole:
        """Return the curve of each row (n,) by its group; 0 where that has none."""
        found = pc.index_in(texts.words.cast(pa.large_string()), self.groups).fill_null(-1)
        curves = np.append(found.to_numpy(zero_copy_only=False) + 1, 0)
        return curves[texts.codes].astype(np.int64)

    def at(self, curve: Whole, along: Floats) -> Floats:
        """Return the value (n,) of each row's curve at its time; beyond an end, that at the end.

        NaN where the curve is empty or the time missing.
        """
        if not len(self.along):
            return np.full(len(along), np.nan)
        first, end = self.starts[curve], self.starts[curve + 1]
        low, high = first.copy(), end.copy()
        while (open_ := low < high).any():
            middle = (low + high) // 2
            before = open_ & (self.along[np.minimum(middle, len(self.along) - 1)] <= along)
            low = np.where(before, middle + 1, low)
            high = np.where(open_ & ~before, middle, high)
        left, right = np.maximum(low - 1, first), np.minimum(low, end - 1)
        gap = self.along[right] - self.along[left]
        share = np.where(gap > 0, along - self.along[left], 0) / np.where(gap > 0, gap, 1)
        found = self.values[left] + share * (self.values[right] - self.values[left])
        return np.where(np.isnan(along), np.nan, found)


def times(block: Block, name: str) -> Floats:
    """Return what lies along a curve (n,), NaN where missing; microseconds for a time column."""
    if block.form(name) == "number":
        return block.numbers(name)
    values = block.times(name)
    return np.where(values == NO_TIME, np.nan, values.astype(np.float64))


def learn(along: Floats, values: Floats, texts: Texts | None, most: int) -> Curves:
    """Take the mean value at each time; of all rows, and of each group with at least two times.

    Args:
        along: (n,) times; rows without one are passed over.
        values: (n,) likewise.
        texts: the group of each row; None for no groups.
        most: knots of all groups together: the largest groups come first, ties in
            alphabetical order.
    """
    known = ~np.isnan(along) & ~np.isnan(values)
    along, values = along[known], values[known]
    x, y, _ = _knots(along, values, np.zeros(len(along), np.int64), MOST_KNOTS)
    starts = np.array([0, len(x)])
    if texts is None:
        return Curves(pa.array([], pa.large_string()), starts, x, y)
    codes = texts.codes[known].astype(np.int64)
    has = codes >= 0
    group_x, group_y, owner = _knots(along[has], values[has], codes[has], MOST_OF_A_GROUP)
    sizes = np.bincount(owner, minlength=len(texts.words))
    chosen = _largest(sizes, texts.words, most)
    place = np.full(len(sizes), -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(place[owner] >= 0)
    kept = kept[np.argsort(place[owner[kept]], kind="stable")]
    return Curves(
        texts.words.take(pa.array(chosen)).cast(pa.large_string()),
        np.concatenate([starts, len(x) + np.cumsum(sizes[chosen])]),
        np.concatenate([x, group_x[kept]]),
        np.concatenate([y, group_y[kept]]),
    )


def _knots(along: Floats, values: Floats, owner: Whole, most: int) -> tuple[Floats, Floats, Whole]:
    """Return time, mean value and owner of each knot, by owner and then by time.

    An owner with more times than ``most`` has knots that stand for several of them: their means.
    """
    order = np.lexsort((along, owner))
    along, values, owner = along[order], values[order], owner[order]
    first = _runs(along, owner)
    x, y, counts = along[first], _means(values, first), np.diff(np.append(first, len(along)))
    owner = owner[first]
    begin = _runs(owner)
    sizes = np.diff(np.append(begin, len(owner)))
    if not len(sizes) or sizes.max() <= most:
        return x, y, owner
    size = np.repeat(sizes, sizes)
    place = np.arange(len(owner)) - np.repeat(begin, sizes)
    first = _runs(np.where(size > most, place * most // size, place), owner)
    return _means(x, first, counts), _means(y, first, counts), owner[first]


def _runs(*keys: NDArray[Any]) -> Whole:
    """Return the index of the first of each run of entries that are equal in all keys."""
    new = np.ones(len(keys[0]), bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(new)


def _means(values: Floats, first: Whole, counts: Whole | None = None) -> Floats:
    """Return the mean of each run of values, each of which counts so many times."""
    if not len(values):
        return values
    each = np.ones(len(values), np.int64) if counts is None else counts
    # Apart from the first of each run: microseconds since 1970 leave no digits for sums.
    apart = values - np.repeat(values[first], np.diff(np.append(first, len(values))))
    found: Floats = values[first] + np.add.reduceat(apart * each, first) / np.add.reduceat(
        each, first
    )
    return found


def _largest(sizes: Whole, words: Any, most: int) -> Whole:
    """Return the codes of the groups that get a curve, by knots and then by word."""
    order = np.empty(len(words), np.int64)
    order[pc.sort_indices(words).to_numpy()] = np.arange(len(words))
    ranked = np.lexsort((order, -sizes))[:MOST_GROUPS]
    fits = (sizes[ranked] >= LEAST_KNOTS) & (np.cumsum(sizes[ranked]) <= most)
    return ranked[fits]
