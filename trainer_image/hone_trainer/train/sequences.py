"""Rows that go on where others end: a history that is read once teaches what came at each step.

A row of a history holds what was met before it. Where another row holds the same and one item more,
a model that reads positions from the first to the last sees the first row while it reads the
second, so that both are one unit of training: read once, with a target at either position (SASRec,
Kang and McAuley 2018). Each row is in one unit, so its target counts once an epoch, as if it had
been read alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.train.units import Units

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema

MULTIPLIERS = 0x5A5
"""Seed of the numbers that columns are multiplied with; any would do."""


def joined(rows: Rows, schema: Schema) -> Units:
    """Find the units: rows that go on from each other, as many as a history has positions.

    The newest row of a unit comes first. Rows that nothing goes on from are units by themselves;
    where all are, they are units as of any other model.
    """
    length = max(field.length for field in schema.ids)
    first, place = _paths(_before(rows, schema))
    ends = np.bincount(first, minlength=len(rows))[first] - 1 - place  # rows behind it
    piece, slot = ends // length, ends % length
    order = np.lexsort((slot, piece, first))
    starts = np.flatnonzero(slot[order] == 0)
    sizes = np.diff(np.append(starts, len(rows)))
    if len(starts) == len(rows):
        return Units.of(rows, schema)
    return Units(order.astype(np.int32), starts, sizes, int(sizes.max()), sequential=True)


def _before(rows: Rows, schema: Schema) -> NDArray[np.int64]:
    """Return which row each goes on from, (rows,); -1 for none. No two go on from one."""
    own, following = _hashed(rows, schema)
    may = _goes_on(rows, schema)
    # Rows with equal keys hold the same: the k-th of those that end there goes with the k-th of
    # those that begin there.
    enders = np.flatnonzero(may)
    enders = enders[np.argsort(following[enders], kind="stable")]
    goers = np.argsort(own, kind="stable")
    wanted, there = following[enders], own[goers]
    rank = np.arange(len(wanted)) - np.searchsorted(wanted, wanted)
    at = np.searchsorted(there, wanted) + rank
    found = at < len(there)
    found[found] = there[at[found]] == wanted[found]
    ender, goer = enders[found], goers[at[found]]
    same = ender != goer
    for old, new in _columns(rows, schema):
        same &= old[ender] == new[goer]
    before = np.full(len(rows), -1, np.int64)
    before[goer[same]] = ender[same]
    return before


def _paths(before: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of each one's path and its place in it, both (rows,).

    Rows in a circle, as of somebody who met one item over and over, are paths by themselves.
    """
    rows = np.arange(len(before))
    while True:
        first = np.where(before >= 0, before, rows)
        place = (before >= 0).astype(np.int64)
        back = before.copy()
        for _ in range(len(before).bit_length()):  # twice as far each time
            going = np.flatnonzero(back >= 0)
            place[going] += place[back[going]]
            first[going] = first[first[going]]
            back[going] = back[back[going]]
        circles = np.flatnonzero(back >= 0)
        if not len(circles):
            return first, place
        before[circles] = -1


def _goes_on(rows: Rows, schema: Schema) -> NDArray[np.bool_]:
    """Say of which rows it is known what a row that goes on from them holds, (rows,)."""
    may = np.ones(len(rows), bool)
    for field in schema.ids:
        if field.length > 1 and field.answers:
            known = next(t for t in schema.targets if t.name == field.answers).facts.known
            codes = _codes(rows, field.answers)
            may &= (codes >= 0) & (codes < known) & (rows.targets[field.answers].weight > 0)
    return may


def _hashed(rows: Rows, schema: Schema) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return a number for what each row holds, and one for what a row that goes on from it has to
    hold, both (rows,): equal where these are.
    """
    multipliers = np.random.default_rng(MULTIPLIERS)
    own, following = np.zeros(len(rows), np.uint64), np.zeros(len(rows), np.uint64)
    for old, new in _columns(rows, schema):
        multiplier = multipliers.integers(1 << 62, dtype=np.uint64) * 2 + 1
        own += new.astype(np.uint64) * multiplier
        following += old.astype(np.uint64) * multiplier
    return own ^ (own >> np.uint64(31)), following ^ (following >> np.uint64(31))


def _columns(rows: Rows, schema: Schema) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield what has to be equal: of a row, and of the one that goes on from it, (rows,) each."""
    for field in schema.ids:
        ids = rows.features[field.name]
        if field.length == 1:
            yield ids.ravel(), ids.ravel()
            continue
        yield from ((ids[:, k], ids[:, k - 1]) for k in range(1, field.length))
        if field.answers:
            yield FIRST_KNOWN + _codes(rows, field.answers), ids[:, -1]
    for field in schema.numbers:
        numbers = np.ascontiguousarray(rows.features[field.name], np.float32).view(np.int32)
        yield numbers.ravel(), numbers.ravel()


def _codes(rows: Rows, target: str) -> NDArray[np.int32]:
    """Return the code of what is to be predicted for each row, (rows,)."""
    return np.asarray(rows.targets[target].values, np.int32).reshape(-1)
