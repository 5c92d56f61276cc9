"""Words of the same meaning, and texts in which they are exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

AT_ONCE = 1 << 16
"""Texts worked on at a time."""


@dataclass(frozen=True)
class Thesaurus:
    """Groups of words; can be pickled.

    Attributes:
        words: ``pa.StringArray`` (n,), group by group, each word once.
        first: (n,) where the word's group begins.
        sizes: (n,) words of its group, 2 at least.
    """

    words: Any
    first: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> Thesaurus:
        """Take groups of words; what an earlier group has, in any capitals, is passed over."""
        known: set[str] = set()
        words: list[str] = []
        sizes: list[int] = []
        for group in groups:
            fresh = {word.lower(): word for word in group if word.lower() not in known}
            if len(fresh) < 2:
                continue
            known |= fresh.keys()
            words += fresh.values()
            sizes.append(len(fresh))
        ends = np.cumsum(np.array(sizes, np.int64))
        size = np.array(sizes, np.int64)
        return cls(
            pa.array(words, pa.string()), np.repeat(ends - size, size), np.repeat(size, size)
        )

    def replace(self, texts: Any, share: float, draw: np.random.Generator) -> Any:
        """Return (n,) texts in which words are replaced; spaces become single ones.

        Args:
            texts: ``pa.StringArray`` (n,) without nulls.
            share: chance of each word that is known to be replaced.
            draw: where chance comes from.
        """
        starts = range(0, max(1, len(texts)), AT_ONCE)
        return pa.concat_arrays(
            [self._replace(texts.slice(at, AT_ONCE), share, draw) for at in starts]
        )

    def _replace(self, texts: Any, share: float, draw: np.random.Generator) -> Any:
        lists = pc.utf8_split_whitespace(texts)
        tokens = lists.flatten().dictionary_encode()
        codes = tokens.indices.to_numpy().astype(np.int64)
        place = pc.index_in(pc.utf8_lower(tokens.dictionary), pc.utf8_lower(self.words))
        known = place.fill_null(-1).to_numpy().astype(np.int64)[codes]
        hit = np.flatnonzero((known >= 0) & (draw.random(len(codes)) < share))
        at = known[hit]
        first, size = self.first[at], self.sizes[at]
        other = first + (at - first + 1 + draw.integers(size - 1)) % size
        codes[hit] = len(tokens.dictionary) + other
        words = pa.concat_arrays([tokens.dictionary, self.words]).take(pa.array(codes))
        joined = pc.binary_join(pa.ListArray.from_arrays(lists.offsets, words), " ")
        untouched = np.ones(len(texts), bool)
        untouched[np.searchsorted(lists.offsets.to_numpy(), hit, side="right") - 1] = False
        return pc.if_else(pa.array(untouched), texts, joined)
