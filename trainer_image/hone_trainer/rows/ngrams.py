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
UNSPACED = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*)"
"""Letters of scripts that put no space between words: each counts as a word."""
START, END = "<", ">"
"""What stands at the ends of a word, for a piece to say that it was there. No word has them."""


def words(texts: Any) -> Tokens:
    """Take distinct texts apart into words, in small letters and in one Unicode form (NFKC)."""
    plain = compute.utf8_lower(compute.utf8_normalize(texts, "NFKC"))
    apart = compute.replace_substring_regex(plain, UNSPACED, r" \1 ")
    return Tokens.of(compute.split_pattern_regex(apart, BETWEEN_WORDS))


def pairs(texts: Any, most: int) -> Tokens:
    """Take distinct texts apart into words beside each other, the first pairs of each text.

    Args:
        texts: ``pa.StringArray``.
        most: pairs of a text.
    """
    found = words(texts).first(most + 1)
    inner = np.ones(len(found.codes), bool)
    inner[(found.ends - 1)[found.sizes > 0]] = False  # the last word of a text begins no pair
    first = np.flatnonzero(inner)
    known = len(found.words)
    keys = found.codes[first].astype(np.int64) * known + found.codes[first + 1]
    distinct, codes = np.unique(keys, return_inverse=True)
    left, right = (found.words.take(pa.array(k)) for k in divmod(distinct, max(1, known)))
    ends = np.cumsum(np.maximum(found.sizes - 1, 0), dtype=np.int64)
    joined = compute.binary_join_element_wise(left, right, " ")
    return Tokens(joined, codes.astype(np.int32), ends)


def ngrams(texts: Any, sizes: tuple[int, ...], most: int) -> Tokens:
    """Take distinct texts apart into pieces of some letters, the first ones of each text.

    Args:
        texts: ``pa.StringArray``.
        sizes: letters of a piece, the ends of a word counted, ascending; a shorter word is one
            piece.
        most: pieces of a text.
    """
    # A word is a piece at least: no more words are needed than pieces.
    found = words(texts).first(most)
    return found.into(_pieces(found.words, sizes, most)).first(most)


def _pieces(distinct: Any, sizes: tuple[int, ...], most: int) -> Tokens:
    pieces: list[str] = []
    ends = np.zeros(len(distinct), np.int64)
    for index, word in enumerate(distinct.to_numpy(zero_copy_only=False)):
        whole = f"{START}{word}{END}"
        for size in sizes:
            least = 1 if size == sizes[0] else 0
            last = min(most, max(least, len(whole) - size + 1))
            pieces += [whole[start : start + size] for start in range(last)]
        ends[index] = len(pieces)
    found = pa.array(pieces, pa.string()).dictionary_encode()
    return Tokens(found.dictionary, found.indices.to_numpy(), ends)
