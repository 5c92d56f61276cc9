"""Items that a user has not met: drawn, looked up, and drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hone_trainer.augment.pool import Pool
from hone_trainer.rows.block import Block
from hone_trainer.rows.row_hash import hash_numbers
from hone_trainer.rows.tokens import hash_words

TRIES = 8
"""Times that an item is drawn before a row goes without."""
Hashes = NDArray[np.uint64]


class Met(Protocol):
    """Pairs that were met."""

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Say for each hash (n,) of a pair whether it is among them."""
        ...


@dataclass(frozen=True)
class Either(Met):
    """Pairs of one set, and some more."""

    met: Met
    more: Hashes

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        """See ``Met.has``."""
        found: NDArray[np.bool_] = self.met.has(hashes) | np.isin(hashes, self.more)
        return found


def meetings(block: Block, by: str, of: str) -> tuple[NDArray[np.bool_], Hashes, Hashes]:
    """Return for each row (n,) whether user and item are known, and hashes of both."""
    known = ~(block.missing(by) | block.missing(of))
    users, items = (_hashes(block, name) for name in (by, of))
    return known, users, items


def pair(users: Hashes, items: Hashes) -> Hashes:
    """Hash pairs (n,) of a user's and an item's hash."""
    return hash_numbers(users ^ hash_numbers(items, 1), 2)


def draw_unmet(
    users: Hashes, pool: Pool, met: Met, per: int, draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw different items for each row that its user has not met.

    Args:
        users: (n,) hash of each row's user.
        pool: what is drawn from.
        met: pairs that are not wanted.
        per: items for each row; fewer where so many are not found in ``TRIES``.
        draw: where chance comes from.

    Returns:
        For each item that was found, the place of its row among ``users``, ascending; and its place
        in the pool.
    """
    waiting = np.repeat(np.arange(len(users)), per)
    origins, places, taken = [waiting[:0]], [waiting[:0]], [waiting[:0]]
    different = int(pool.items.max(initial=0)) + 1
    for _ in range(TRIES if len(pool) else 0):
        drawn = pool.draw(len(waiting), draw)
        key = waiting * different + pool.items[drawn]
        distinct, first = np.unique(key, return_index=True)
        good = np.zeros(len(key), bool)
        good[first] = True
        good &= ~met.has(pair(users[waiting], pool.hashes[drawn]))
        for before in taken:
            good &= ~_among(key, before)
        origins.append(waiting[good])
        places.append(drawn[good])
        taken.append(distinct[good[first]])
        waiting = waiting[~good]
    found = np.concatenate(origins)
    order = np.argsort(found, kind="stable")
    return found[order], np.concatenate(places)[order]


def _hashes(block: Block, name: str) -> Hashes:
    texts = block.texts(name)
    # One more at the end is what the missing ones' -1 finds.
    return np.append(hash_words(texts.words), np.uint64(0))[texts.codes]


def _among(values: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(values), bool)
    at = np.searchsorted(known, values).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[at] == values
    return found
