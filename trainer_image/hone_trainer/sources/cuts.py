"""Where rows end in a slice of text that begins anywhere, perhaps inside a quoted field.

By RFC 4180 a quotation mark opens a field only where the field begins, and inside a quoted field
two of them stand for one. So outside and inside alternate at every mark but those that stand in
the middle of a bare field (``5" wide``), which are ordinary characters. A slice is read under an
assumption of which it begins in; what it turned out to be is known once all slices before it are
(Ge, Li, Eilebrecht, Chandramouli and Kossmann 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LINE_FEED, RETURN = b"\n", b"\r"
"""What may end a row; a carriage return alone in files of old Macs only."""
_MARK, _LINE_FEED, _RETURN = ord('"'), LINE_FEED[0], RETURN[0]
_NONE, _NEVER = np.zeros(0, np.int64), np.zeros(0, bool)


@dataclass(frozen=True)
class Marks:
    """The quotation marks of a slice.

    Attributes:
        found: (n,) their places.
        opens: (n,) whether a field begins at each, if it is outside.
        doubles: (n,) whether each follows the one before at once.
    """

    found: NDArray[np.int64]
    opens: NDArray[np.bool_]
    doubles: NDArray[np.bool_]

    def changes(self, quoted: bool) -> NDArray[np.int64]:
        """Return the places at which inside and outside change.

        Args:
            quoted: whether the slice begins inside a quoted field.
        """
        kept, start, outside = [], 0, int(quoted)
        while True:  # once for each run of marks in the middle of a bare field
            turn = self._middles[outside % 2]
            at = int(np.searchsorted(turn, outside))
            if at == len(turn):
                kept.append(self.found[start:])
                break
            kept.append(self.found[start : turn[at]])
            after = int(np.searchsorted(self._openers, turn[at] + 1))
            if after == len(self._openers):
                break
            start = outside = int(self._openers[after])
        return kept[0] if len(kept) == 1 else np.concatenate(kept)

    @cached_property
    def _middles(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which marks can open nothing: those with even numbers, and those with odd ones."""
        wrong = np.flatnonzero(~(self.opens | self.doubles))
        return wrong[wrong % 2 == 0], wrong[wrong % 2 == 1]

    @cached_property
    def _openers(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.opens)

    def guess(self, quoted: bool) -> bool:
        """Say whether the slice begins inside: if only so no mark is in the middle of a bare field.

        Args:
            quoted: what to say where the marks do not tell.
        """
        both = [len(self.changes(inside)) == len(self.found) for inside in (False, True)]
        return quoted if both[0] == both[1] else both[1]


def marks(data: bytes, start: int, delimiter: bytes | None) -> Marks:
    """Find the quotation marks of a slice.

    Args:
        data: the slice; where ``start`` is 0, its first byte begins a row.
        start: where to begin; the byte before says whether a field begins there. Not in the middle
            of a run of marks, where nobody knows which belong together: see ``past_run``.
        delimiter: what separates fields; None where nothing is ever quoted.
    """
    if delimiter is None or data.find(b'"', start) < 0:
        return Marks(_NONE, _NEVER, _NEVER)
    array = np.frombuffer(data, np.uint8)
    found = np.flatnonzero(array[start:] == _MARK) + start
    before = np.where(found > 0, array[found - 1], _LINE_FEED)
    opens = (before == delimiter[0]) | (before == _LINE_FEED) | (before == _RETURN)
    return Marks(found, opens, np.diff(found, prepend=-2) == 1)


def since(changes: NDArray[np.int64], at: int) -> NDArray[np.int64]:
    """Return those of the changes that are at or after a place."""
    return changes[np.searchsorted(changes, at) :]


def past_run(data: bytes, at: int) -> int:
    """Return first place from ``at`` on that is not in the middle of a run of quotation marks."""
    if at and data[at - 1] == _MARK:
        while at < len(data) and data[at] == _MARK:
            at += 1
    return at


def row_end(
    data: bytes, at: int, changes: NDArray[np.int64], quoted: bool, ends: bytes = LINE_FEED
) -> int:
    """Return the place after the first row end at or after ``at``; -1 where there is none.

    Args:
        data: a slice.
        at: where to begin to look.
        changes: of the slice.
        quoted: what they were given.
        ends: what ends a row.
    """
    place = data.find(ends, at)
    while place >= 0:
        index = int(np.searchsorted(changes, place))
        if not (index + quoted) % 2:
            return place + 1
        if index == len(changes):
            return -1
        place = data.find(ends, int(changes[index]))
    return -1


def last_row_end(data: bytes, changes: NDArray[np.int64], ends: bytes = LINE_FEED) -> int:
    """Return the place after the last row end of a part that begins with a row; 0 where none is."""
    place = data.rfind(ends)
    while place >= 0:
        index = int(np.searchsorted(changes, place))
        if not index % 2:
            return place + 1
        place = data.rfind(ends, 0, int(changes[index - 1]))
    return 0
