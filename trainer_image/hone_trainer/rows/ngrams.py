"""Texts as people write them: taken apart into words, and words into pieces of a few letters.

Pieces let a model read what it never met as a whole: misspelt, inflected and compound words
(Bojanowski et al. 2017).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hone_trainer.rows.tokens import Tokens, compute

BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N}]+"
"""Marks belong to their letters: without them, words of many scripts would fall apart."""
START, END = "<", ">"
"""What stands at the ends of a word, for a piece to say that it was there. No word has them."""


def words(texts: Any) -> Tokens:
    """Take distinct texts apart into words, in small letters and in one Unicode form (NFKC)."""
    plain = compute.utf8_lower(compute.utf8_normalize(texts, "NFKC"))
    return Tokens.of(compute.split_pattern_regex(plain, BETWEEN_WORDS))


def ngrams(texts: Any, size: int, most: int) -> Tokens:
    """Take distinct texts apart into pieces of so many letters, the first ones of each text.

    Args:
        texts: ``pa.StringArray``.
        size: letters of a piece, the ends of a word counted; a shorter word is one piece.
        most: pieces of a text.
    """
    # A word is a piece at least: no more words are needed than pieces.
    found = words(texts).first(most)
    return found.into(_pieces(found.words, size, most)).first(most)


def _pieces(distinct: Any, size: int, most: int) -> Tokens:
    pieces: list[str] = []
    ends = np.zeros(len(distinct), np.int64)
    for index, word in enumerate(distinct.to_numpy(zero_copy_only=False)):
        whole = f"{START}{word}{END}"
        last = min(most, max(1, len(whole) - size + 1))
        pieces += [whole[start : start + size] for start in range(last)]
        ends[index] = len(pieces)
    found = pa.array(pieces, pa.string()).dictionary_encode()
    return Tokens(found.dictionary, found.indices.to_numpy(), ends)
