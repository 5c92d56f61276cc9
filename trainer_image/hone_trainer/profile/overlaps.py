"""What held-out rows share with training rows though they should not: keys, and whole rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.profile.distributions import measures
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.row_hash import hash_numbers
from hone_trainer.rows.tokens import hash_words


@dataclass(frozen=True)
class SharedKey:
    """A key that stands for one thing, found in more than one part.

    Attributes:
        column: its name.
        keys: keys in two parts or three.
        rows: rows of held-out parts that have one of them.
    """

    column: str
    keys: int
    rows: int


@dataclass(frozen=True)
class Repeats:
    """Rows of a part that are equal in all columns to a training row.

    In the training part itself: to an earlier one.
    """

    part: str
    rows: int
    repeated: int


def shared_key(block: Block, name: str) -> SharedKey:
    """Look for values of a column that stand in several parts."""
    codes, known = _codes(block, name)
    codes, parts = codes[known], block.parts[known]
    there = np.zeros((int(codes.max(initial=-1)) + 1, len(PARTS)), bool)
    there[codes, parts] = True
    several = there.sum(axis=1) > 1
    return SharedKey(name, int(several.sum()), int((several[codes] & (parts > 0)).sum()))


def repeats(block: Block, names: tuple[str, ...]) -> tuple[Repeats, ...]:
    """Count rows that repeat a training row in every one of some columns."""
    hashes = row_hashes(block, names)
    taught = block.parts == 0
    known = np.unique(hashes[taught])
    found = [Repeats(PARTS[0], int(taught.sum()), int(taught.sum()) - len(known))]
    for part in (1, 2):
        mine = hashes[block.parts == part]
        again = 0
        if len(known):
            at = np.minimum(np.searchsorted(known, mine), len(known) - 1)
            again = int((known[at] == mine).sum())
        found.append(Repeats(PARTS[part], len(mine), again))
    return tuple(found)


def row_hashes(block: Block, names: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return a hash (n,) of some columns of each row; missing values are equal to each other."""
    mixed = np.zeros(len(block), np.uint64)
    for name in names:
        mixed = hash_numbers(mixed ^ _content(block, name), 1)
    return mixed


def _content(block: Block, name: str) -> NDArray[np.uint64]:
    form = block.form(name)
    if form == "text":
        texts = block.texts(name)
        each: NDArray[np.uint64] = np.append(hash_words(texts.words), np.uint64(0))[texts.codes]
        return each
    if form == "time":
        return block.times(name).view(np.uint64)
    # Of zero and of what is missing there are several bit patterns each.
    values = np.where(np.isnan(block.numbers(name)), np.nan, block.numbers(name) + 0.0)
    return values.view(np.uint64)


def _codes(block: Block, name: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    known = ~block.missing(name)
    if block.form(name) == "text":
        return block.texts(name).codes.astype(np.int64), known
    _, codes = np.unique(measures(block, name), return_inverse=True)
    return codes.astype(np.int64), known
