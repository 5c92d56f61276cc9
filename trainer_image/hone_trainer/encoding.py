"""Columns as a model reads them: ids as numbers from a vocabulary, numbers on a common scale.

Whatever is learned here is learned on training rows only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.columns import IdColumn, NumberColumn

if TYPE_CHECKING:
    import pandas as pd

PADDING, UNSEEN, FIRST_KNOWN = 0, 1, 2


@dataclass(frozen=True)
class Vocabulary:
    """The ids that training rows hold, most frequent first; the n-th is encoded as n + 2."""

    known: tuple[str, ...]

    @property
    def size(self) -> int:
        """Rows that an embedding table needs."""
        return len(self.known) + FIRST_KNOWN

    @classmethod
    def learn(cls, texts: pd.Series[str], column: IdColumn) -> Vocabulary:
        """Count the ids of the training rows; ties in alphabetical order."""
        counts = _tokens(texts, column).value_counts()
        return cls(tuple(sorted(counts.index, key=lambda known: (-counts[known], known))))

    def encode(self, texts: pd.Series[str], column: IdColumn) -> NDArray[np.int32]:
        """Give (rows, length) ids: the last ones of a sequence, padded at the front."""
        codes = {known: code for code, known in enumerate(self.known, FIRST_KNOWN)}
        return _encode(texts, column, codes)


@dataclass(frozen=True)
class Buckets:
    """Rows of a table that ids share by their hash (Weinberger et al. 2009)."""

    count: int

    @property
    def size(self) -> int:
        """Rows that an embedding table needs."""
        return self.count + FIRST_KNOWN

    def encode(self, texts: pd.Series[str], column: IdColumn) -> NDArray[np.int32]:
        """Give (rows, length) ids; see ``Vocabulary.encode``."""
        from pandas.util import hash_array

        words = _tokens(texts, column).unique()
        # SipHash with a fixed key: the same on every machine, and in the years to come.
        codes = hash_array(np.asarray(words, object)) % np.uint64(self.count) + FIRST_KNOWN
        found = dict(zip(words, codes.astype(np.int32).tolist(), strict=True))
        return _encode(texts, column, found)


@dataclass(frozen=True)
class Scale:
    """A number column's common scale: (value - offset) / scale."""

    offset: float = 0.0
    scale: float = 1.0

    @classmethod
    def learn(cls, values: pd.Series[float], column: NumberColumn) -> Scale:
        """Learn from the training rows' values what the column's normalisation needs."""
        return cls() if column.normalize is None else cls(*column.normalize.value.learn(values))

    def encode(self, values: pd.Series[float]) -> NDArray[np.float32]:
        """Give (rows,) values on the common scale."""
        return ((values.to_numpy(np.float64) - self.offset) / self.scale).astype(np.float32)


def _encode(texts: pd.Series[str], column: IdColumn, codes: dict[str, int]) -> NDArray[np.int32]:
    if column.length == 1:
        flat = texts.map(codes).fillna(UNSEEN).to_numpy(np.float64)
        return flat.astype(np.int32).reshape(-1, 1)
    encoded = np.full((len(texts), column.length), PADDING, np.int32)
    for row, text in enumerate(texts):
        last = [token for token in text.split(column.separator) if token][-column.length :]
        if last:
            encoded[row, -len(last) :] = [codes.get(token, UNSEEN) for token in last]
    return encoded


def _tokens(texts: pd.Series[str], column: IdColumn) -> pd.Series[str]:
    if column.length == 1:
        return texts
    tokens: pd.Series[str] = texts.str.split(column.separator, regex=False).explode()  # type: ignore[assignment]
    return tokens[tokens != ""]
