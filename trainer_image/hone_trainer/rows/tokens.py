"""Words of text columns: taken apart, counted, and written as ids.

All work is done once per distinct text of a block, and only its result is handed out to the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray
from siphash24 import siphash24

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Texts
from hone_trainer.rows.windows import spread, windows

compute: Any = pyarrow.compute
"""What is known of its types is wrong in places."""
PADDING, UNSEEN, FIRST_KNOWN = 0, 1, 2
HASH_KEY = b"hone's own words"
"""Of 16 bytes, as the algorithm wants it."""
MANY = 8
"""Arrow indexes so many words in the time in which Python looks up one."""
MOST_WORDS = 20_000_000
"""A larger vocabulary does not fit into the pod that learns it."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of texts: of the distinct ones of a block, or of its rows.

    Attributes:
        words: ``pa.StringArray`` of distinct tokens.
        codes: the tokens of all texts, one text after the other, as indices into ``words``; -1 for
            a missing value that would be one token.
        ends: (texts,) where each text's tokens end in ``codes``.
    """

    words: Any
    codes: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, lists: Any) -> Tokens:
        """Take an Arrow array of lists of strings; empty strings are passed over."""
        flat = lists.flatten()
        real = compute.not_equal(flat, "").to_numpy(zero_copy_only=False)
        found = flat.filter(pa.array(real)).dictionary_encode()
        owner = compute.list_parent_indices(lists).to_numpy()[real]
        ends = np.cumsum(np.bincount(owner, minlength=len(lists)), dtype=np.int64)
        return cls(found.dictionary, found.indices.to_numpy(), ends)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each text's tokens start in ``codes``."""
        return np.concatenate([np.zeros(min(1, len(self.ends)), np.int64), self.ends[:-1]])

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many tokens each text has."""
        return self.ends - self.starts

    def first(self, most: int) -> Tokens:
        """Return so many tokens of each text at most, the first ones."""
        sizes = np.minimum(self.sizes, most)
        return Tokens(self.words, self.codes[spread(self.starts, sizes)], np.cumsum(sizes))

    def into(self, inner: Tokens) -> Tokens:
        """Return each text as the tokens of its tokens: ``inner`` has those of ``words``."""
        found = inner.of_rows(self.codes)
        return Tokens(inner.words, found.codes, np.concatenate([[0], found.ends])[self.ends])

    def of_rows(self, rows: NDArray[np.int32]) -> Tokens:
        """Return the tokens of rows, of which each (rows,) has a text; or none, where it is -1."""
        starts, sizes = (np.append(each, 0)[rows] for each in (self.starts, self.sizes))
        return Tokens(self.words, self.codes[spread(starts, sizes)], np.cumsum(sizes))


def split(words: Any, length: int, separator: str) -> Tokens:
    """Take distinct texts apart: into one token where ``length`` is 1, a sequence elsewhere."""
    if length > 1:
        return Tokens.of(compute.split_pattern(words, separator))
    count = len(words)
    return Tokens(words, np.arange(count, dtype=np.int32), np.arange(1, count + 1))


def tokens(texts: Texts, length: int, separator: str) -> Tokens:
    """Take a column apart, row by row; ``split`` is what takes less time."""
    if length > 1:
        return split(texts.words, length, separator).of_rows(texts.codes)
    return Tokens(texts.words, texts.codes, np.arange(1, len(texts.codes) + 1))


def count(found: Tokens, rows: NDArray[np.int32] | None = None) -> Any:
    """Return a table (word, count) of the tokens that occur.

    Args:
        found: the tokens of rows; or, where ``rows`` is given, of distinct texts.
        rows: (rows,) which text each row has, -1 where missing.
    """
    if rows is None:
        counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.words))
    else:
        having = np.bincount(rows[rows >= 0], minlength=len(found.ends))
        counts = np.bincount(found.codes, np.repeat(having, found.sizes), len(found.words))
    seen = counts > 0
    return pa.table(
        {
            "word": found.words.filter(pa.array(seen)).cast(pa.large_string()),
            "count": pa.array(counts[seen].astype(np.int64)),
        }
    )


def vocabulary(counts: Sequence[Any], least: int, most: int | None, name: str) -> list[str]:
    """Return the words of all blocks, most frequent first, ties in alphabetical order.

    Args:
        counts: tables of ``count``.
        least: rarer words are left out.
        most: so many at most.
        name: the column, for messages.

    Raises:
        StageFailure: there are too many of them (``TooManyIds``).
    """
    known = [table for table in counts if table is not None]
    if not known:
        return []
    total = pa.concat_tables(known).group_by("word").aggregate([("count", "sum")])
    total = total.filter(compute.greater_equal(total.column("count_sum"), least))
    if most is None and total.num_rows > MOST_WORDS:
        message = f"column {name!r} holds {total.num_rows:,} different ids"
        remedy = "set buckets, minCount or maxSize of that column in prepare.columns"
        raise StageFailure("TooManyIds", f"{message}: {remedy}")
    total = total.sort_by([("count_sum", "descending"), ("word", "ascending")])
    words: Any = total.column("word").slice(0, most).to_pylist()
    return list(words)


def known_codes(words: Any, known: list[str]) -> NDArray[np.int32]:
    """Return each distinct word's id by a vocabulary: the n-th word is n + 2, others unseen.

    Args:
        words: an Arrow array, or a list of a few.
        known: the vocabulary.
    """
    if isinstance(words, list):
        ids = _ids(_Listed(known))
        return np.array([ids.get(word, UNSEEN) for word in words], np.int32)
    if MANY * len(words) > len(known):
        # Indexing the vocabulary costs less than looking up so many words one by one.
        at = compute.index_in(words.cast(pa.large_string()), _array(_Listed(known)))
        codes = at.fill_null(UNSEEN - FIRST_KNOWN).to_numpy(zero_copy_only=False) + FIRST_KNOWN
        return np.asarray(codes, np.int32)
    return known_codes(words.to_pylist(), known)


def codes_of(words: Any, learned: Mapping[str, Any]) -> NDArray[np.int32]:
    """Return for each distinct word its id, by what an id column learned."""
    if "buckets" in learned:
        return hash_codes(words, learned["buckets"])
    return known_codes(words, learned["known"])


def hash_codes(words: Any, buckets: int) -> NDArray[np.int32]:
    """Return for each distinct word its id by its hash (Weinberger et al. 2009)."""
    codes = hash_words(words) % np.uint64(buckets) + np.uint64(FIRST_KNOWN)
    return codes.astype(np.int32)


def hash_words(words: Any) -> NDArray[np.uint64]:
    """Return a hash of each word: SipHash-2-4 (Aumasson and Bernstein 2012) of its UTF-8.

    The key is fixed, so that it is the same everywhere and always; TensorFlow's
    ``string_to_hash_bucket_strong`` gives the same by ``HASH_KEY``.
    """
    texts = words if isinstance(words, list) else words.to_pylist()
    data = b"".join([siphash24(text.encode(), key=HASH_KEY).digest() for text in texts])
    return np.frombuffer(data, np.uint64)


def positions(
    found: Tokens, codes: NDArray[np.int32], length: int, rows: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return (rows, length) ids: the last ones of each row, padded at the front.

    Args:
        found: the tokens of the distinct texts.
        codes: the id of each distinct token.
        length: positions of a row.
        rows: (rows,) which text each row has; -1, a missing one, gives nothing but padding.
    """
    encoded = windows(codes[found.codes], found.starts, found.ends, length)
    # The row for -1 is the last one.
    return np.concatenate([encoded, np.full((1, length), PADDING, np.int32)])[rows]


class _Listed:
    """A vocabulary that is found again quickly, also where it came by post."""

    __slots__ = ("known",)

    def __init__(self, known: list[str]) -> None:
        self.known = known

    def __hash__(self) -> int:
        known = self.known
        return hash((len(known), known[0], known[-1])) if known else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Listed):
            return False
        # Lists compare word by word, also with themselves.
        return self.known is other.known or self.known == other.known


@lru_cache(maxsize=64)
def _array(listed: _Listed) -> Any:
    return pa.array(listed.known, pa.large_string())


@lru_cache(maxsize=64)
def _ids(listed: _Listed) -> dict[str, int]:
    """Index a vocabulary once for all blocks: it may be much larger than a block, or a request."""
    return {word: code for code, word in enumerate(listed.known, FIRST_KNOWN)}
