"""In which order the rows of an epoch come where memory holds but a part of them.

Blocks are drawn in an order of the epoch's own and read a window at a time; within a window all
rows are shuffled. So the order is a function of (seed, epoch) and of how many rows a window may
have, and where a window has room for all of them it is that of ``order_of``. Steps take it as it
comes, over the ends of windows: what a window leaves over goes into the first step of the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCKS, WITHIN = 0xB10C, 0x817D
"""Mixed into the seed: of blocks, and of the rows of a window."""


@dataclass(frozen=True)
class Window:
    """Blocks whose rows are in memory at the same time."""

    blocks: tuple[int, ...]
    """In the order in which their rows lie side by side."""
    rows: int
    before: int
    """Rows of the epoch in windows before it."""
    chance: tuple[int, ...]
    """What its rows are shuffled by."""

    @property
    def order(self) -> NDArray[np.int32]:
        """Its rows as steps take them: places among those that lie side by side, (rows,)."""
        shuffled = np.random.default_rng(self.chance).permutation(self.rows)
        return shuffled.astype(np.int32)

    def numbers(self, counts: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return what each of its rows is called among all rows, (rows,)."""
        starts = np.cumsum(counts) - counts
        spans = [np.arange(starts[b], starts[b] + counts[b], dtype=np.int32) for b in self.blocks]
        return np.concatenate(spans)


def windows_of(
    seed: int, epoch: int, counts: NDArray[np.int64], most: int | None
) -> tuple[Window, ...]:
    """Return the windows of an epoch, in the order in which they are read.

    Args:
        seed: of the training.
        epoch: counted from 0.
        counts: rows of each block.
        most: rows of a window, but for one whose only block has more; None for all.
    """
    if most is None or counts.sum() <= most:
        whole = tuple(np.flatnonzero(counts).tolist())
        return (Window(whole, int(counts.sum()), 0, (seed, epoch)),)
    groups: list[list[int]] = []
    room = 0
    for block in np.random.default_rng([seed, epoch, BLOCKS]).permutation(len(counts)):
        rows = int(counts[block])
        if not groups or rows > room:
            groups.append([])
            room = max(most, rows)
        groups[-1].extend([int(block)] if rows else [])
        room -= rows
    found, before = [], 0
    for number, blocks in enumerate(group for group in groups if group):
        rows = int(counts[blocks].sum())
        found.append(Window(tuple(blocks), rows, before, (seed, epoch, WITHIN, number)))
        before += rows
    return tuple(found)
