"""A set of hashes that takes ten bits for each, and now and then takes a stranger for a member.

A Bloom filter (Bloom 1970); its bits are found by double hashing (Kirsch and Mitzenmacher 2008). Of
a hundred strangers it takes about one for a member, and never a member for a stranger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.row_hash import hash_numbers

BITS = 10
"""Bits for each member."""
MOST_BYTES = 256 << 20
"""Every pod holds it: ten bits for each of 200 million. Beyond, more strangers pass for members:
three in a hundred at 300 million, thirteen at 500 million."""
AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Bloom:
    """A set of hashes; can be pickled."""

    octets: NDArray[np.uint8]
    probes: int
    """Bits that are set for a member."""

    @classmethod
    def sized(cls, members: int) -> Bloom:
        """Return an empty set, large enough for so many."""
        size = min(MOST_BYTES, 8 + members * BITS // 8)
        best = round(size * 8 / max(1, members) * np.log(2))
        return cls(np.zeros(size, np.uint8), min(7, max(1, best)))

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Take in hashes (n,)."""
        for start in range(0, len(hashes), AT_ONCE):
            for octet, bit in self._bits(hashes[start : start + AT_ONCE]):
                np.bitwise_or.at(self.octets, octet, bit)

    def has(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Say for each hash (n,) whether it is a member."""
        found = np.ones(len(hashes), bool)
        for start in range(0, len(hashes), AT_ONCE):
            piece = slice(start, start + AT_ONCE)
            for octet, bit in self._bits(hashes[piece]):
                found[piece] &= self.octets[octet] & bit > 0
        return found

    def _bits(
        self, hashes: NDArray[np.uint64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
        size = np.uint64(len(self.octets) * 8)
        step = hash_numbers(hashes, 1) | np.uint64(1)
        for _ in range(self.probes):
            place = hashes % size
            bit = np.uint8(1) << (place & np.uint64(7)).astype(np.uint8)
            yield (place >> np.uint64(3)).astype(np.int64), bit
            hashes = hashes + step
