"""Words of a text column, counted once for everything that asks about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.ngrams import words
from hone_trainer.rows.tokens import Tokens, compute, split


@dataclass(frozen=True)
class Tally:
    """The words of a column and how often each part has them.

    Attributes:
        found: the words of each distinct text: one of an id, several of a sequence or a sentence.
        rows: (rows,) which text each row has, -1 where missing.
        parts: (rows,) the part of each row.
        counts: (3, words) how often each part has each word.
    """

    found: Tokens
    rows: NDArray[np.int32]
    parts: NDArray[np.int8]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, block: Block, column: Column) -> Tally:
        """Count the words of a text column."""
        texts = block.texts(column.name)
        if column.kind == "text":
            found = words(texts.words)
        else:
            length = getattr(column.value, "length", 1)
            found = split(texts.words, length, getattr(column.value, "separator", " "))
        sides = [texts.codes[block.parts == part] for part in range(len(PARTS))]
        counts = [_count(found, np.bincount(s[s >= 0], minlength=len(found.ends))) for s in sides]
        return cls(found, texts.codes, block.parts, np.stack(counts).astype(np.int64))

    @property
    def total(self) -> NDArray[np.int64]:
        """How often all parts together have each word (words,)."""
        summed: NDArray[np.int64] = self.counts.sum(axis=0)
        return summed

    @property
    def seen(self) -> Any:
        """The words that some part has, as ``pa.StringArray``."""
        return self.found.words.filter(pa.array(self.total > 0))

    def top(self, most: int, part: int | None = None) -> list[str]:
        """Return the most frequent words of all parts or of one, ties in alphabetical order."""
        counts = self.total if part is None else self.counts[part]
        seen = pa.array(counts > 0)
        table: Any = pa.table({"word": self.found.words, "count": pa.array(counts)}).filter(seen)
        order = [("count", "descending"), ("word", "ascending")]
        best = compute.select_k_unstable(table, k=most, sort_keys=order)
        found: list[str] = table.column("word").take(best).to_pylist()
        return found

    def of_words(self, chosen: list[str]) -> NDArray[np.int64]:
        """Return (3, len(chosen)) how often each part has each of some words."""
        found = compute.index_in(self.found.words, pa.array(chosen, pa.string())).fill_null(-1)
        places = found.to_numpy(zero_copy_only=False)
        there = np.flatnonzero(places >= 0)
        counts = np.zeros((len(PARTS), len(chosen)), np.int64)
        counts[:, places[there]] = self.counts[:, there]
        return counts

    def mean_label(self, labels: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
        """Return (rows,) the mean label of each row's words, as training rows know it.

        Args:
            labels: (rows,) 0 and 1, NaN where unknown.
            prior: a word counts as if so many rows more had had the mean of all.
        """
        taught = (self.parts == PARTS.index("train")) & ~np.isnan(labels)
        base = float(labels[taught].mean()) if taught.any() else 0.5
        texts, use = len(self.found.ends), taught & (self.rows >= 0)
        ones = np.bincount(self.rows[use], labels[use], minlength=texts)
        seen = np.bincount(self.rows[use], minlength=texts)
        rates = _count(self.found, ones) + prior * base
        rates = rates / (_count(self.found, seen) + prior)
        sums = np.concatenate([[0.0], np.cumsum(rates[self.found.codes] - base)])
        means = (sums[self.found.ends] - sums[self.found.starts]) / np.maximum(self.found.sizes, 1)
        # Sums of many words lose their last digits: what is equal has to stay equal.
        scores: NDArray[np.float64] = np.append(means.round(9), 0.0)[self.rows] + base
        return scores


def _count(found: Tokens, having: NDArray[Any]) -> NDArray[np.float64]:
    """Return (words,) a sum over the rows of each word, from one over the rows of each text."""
    counts: NDArray[np.float64] = np.bincount(
        found.codes, np.repeat(having, found.sizes), len(found.words)
    ).astype(np.float64)
    return counts
