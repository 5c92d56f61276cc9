"""Fewer rows, for figures whose price grows faster than the rows.

The rows that stay have the least hashes of their numbers, so that the same rows of a source stay
whatever was done to them.
"""

from __future__ import annotations

import numpy as np

from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.row_hash import hash_numbers


def thin(block: Block, most: int, seed: int) -> Block:
    """Return at most so many rows of each part, drawn by chance."""
    hashes = hash_numbers(block.rows.astype(np.uint64), seed)
    stay = np.ones(len(block), bool)
    for part in range(len(PARTS)):
        mine = block.parts == part
        if mine.sum() > most:
            bound = np.partition(hashes[mine], most)[most]
            stay &= ~mine | (hashes < bound)
    return block.keep(stay)
