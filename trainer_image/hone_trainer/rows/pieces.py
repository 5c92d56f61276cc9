"""Texts in the pieces of a pretrained vocabulary, as its ``tokenizer.json`` takes them apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.tokens import Tokens

TOKENIZER = "tokenizer.json"
DIGITS = 16


@dataclass(frozen=True)
class Pieces:
    """The pieces of distinct texts.

    Attributes:
        tokens: ids of the vocabulary, from 0 on; those that begin and end every text included.
        own: how many pieces of each text (n,) are others than these.
        unknown: how many of its own (n,) stand for what the vocabulary does not have.
        cut: whether each text (n,) goes on behind its last piece.
    """

    tokens: Tokens
    own: NDArray[np.int64]
    unknown: NDArray[np.int64]
    cut: NDArray[np.bool_]


def digest(data: bytes) -> str:
    """Return what tells a tokenizer from others."""
    return hashlib.sha256(data).hexdigest()[:DIGITS]


def size(tokenizer: str) -> int:
    """Return how many ids a tokenizer may give, from 0 on.

    Raises:
        ValueError: it is none.
    """
    known = open_tokenizer(tokenizer).get_vocab(with_added_tokens=True)
    return max(known.values(), default=-1) + 1


def framing(tokenizer: str) -> int:
    """Return how many pieces begin and end every text.

    Raises:
        ValueError: it is none.
    """
    count: int = open_tokenizer(tokenizer).num_special_tokens_to_add(is_pair=False)
    return count


def take_apart(words: Any, tokenizer: str, length: int) -> Pieces:
    """Take distinct texts apart.

    Args:
        words: an Arrow array, or a list.
        tokenizer: what ``tokenizer.json`` holds.
        length: pieces of a text at most; of longer ones, the last are those that end every text.
    """
    opened = open_tokenizer(tokenizer, length)
    texts = words if isinstance(words, list) else words.to_pylist()
    found = opened.encode_batch(texts)
    unknown = _unknown(opened)
    ids = [np.array(each.ids, np.int32) for each in found]
    sizes = np.array([len(each) for each in ids], np.int64)
    codes = np.concatenate(ids) if ids else np.zeros(0, np.int32)
    frames = np.array([sum(each.special_tokens_mask) for each in found], np.int64)
    return Pieces(
        Tokens((), codes, np.cumsum(sizes)),
        sizes - frames,
        np.array([int((each == unknown).sum()) for each in ids], np.int64),
        np.array([bool(each.overflowing) for each in found], bool),
    )


@lru_cache(maxsize=16)
def open_tokenizer(tokenizer: str, length: int | None = None) -> Any:
    """Read a tokenizer, without the padding and the length that its file may ask for.

    Raises:
        ValueError: it is none.
    """
    from tokenizers import Tokenizer

    try:
        opened = Tokenizer.from_str(tokenizer)
    except Exception as error:  # the library knows no narrower one
        raise ValueError(f"{error}"[:200]) from None
    opened.no_padding()
    opened.no_truncation()
    if length is not None:
        opened.enable_truncation(length)
    return opened


def _unknown(opened: Any) -> int:
    """Return the id of what the vocabulary does not have; -1 where it has everything."""
    token = getattr(opened.model, "unk_token", None)
    code = opened.token_to_id(token) if token else getattr(opened.model, "unk_id", None)
    return -1 if code is None else int(code)
