"""Ids that a person would take for one and that a model learns apart.

They come of two writers: 106 becomes 106.0 where a table had a gap, é is one letter or two, and
people write shops in small and in large letters. What is counted are the different ids of the rows
that the report looks at, so it costs the same for any number of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hone_trainer.rows.tokens import compute

MOST = 250_000
"""Ids of a column that are compared."""
EXAMPLES = 2
_SHOWN = 30

_Way = Callable[[Any], Any]
WAYS: dict[str, _Way] = {
    "a point and noughts": lambda words: compute.replace_substring_regex(
        words, r"^([+-]?[0-9]+)\.0*$", r"\1"
    ),
    "Unicode form": lambda words: compute.utf8_normalize(words, "NFC"),
    "spaces": lambda words: compute.replace_substring_regex(words, r"[\s\p{Z}]+", " "),
    "case": compute.utf8_lower,
}
"""By what two ids may differ and still look alike; the last one may well be meant."""


@dataclass(frozen=True)
class Likeness:
    """Ids of one column that look like another one.

    Attributes:
        column: its name.
        ids: how many look like another one.
        of: of so many.
        ways: by what they differ, of ``WAYS``.
        examples: some that look alike, as they can be told apart.
    """

    column: str
    ids: int
    of: int
    ways: tuple[str, ...]
    examples: tuple[str, ...]


def likeness(column: str, words: Any) -> Likeness | None:
    """Compare different ids (n,) with each other; None where all look different."""
    words = words.slice(0, MOST)
    looks = words
    for way in WAYS.values():
        looks = way(looks)
    codes = looks.dictionary_encode().indices.to_numpy()
    counts = np.bincount(codes)
    alike = counts[codes] > 1
    if not alike.any():
        return None
    mine = words.filter(pa.array(alike))
    ways = [name for name, way in WAYS.items() if _joins(way, mine)]
    groups = np.flatnonzero(counts > 1)[:EXAMPLES]
    pairs = [words.filter(pa.array(codes == group)).to_pylist()[:2] for group in groups]
    shown = tuple(" and ".join(_show(word, pair) for word in pair) for pair in pairs)
    return Likeness(column, int(alike.sum()), len(words), tuple(ways) or tuple(WAYS), shown)


def _joins(way: _Way, words: Any) -> bool:
    return len(way(words).unique()) < len(words)


def _show(word: str, pair: list[str]) -> str:
    """Write an id, its letters by number where nobody could tell it from the other."""
    plain = WAYS["spaces"](WAYS["Unicode form"](pa.array(pair)))
    text = repr(word) if len(plain.unique()) == len(pair) else ascii(word)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
