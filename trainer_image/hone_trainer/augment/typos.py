"""Slips of the keyboard in many texts at once: a letter lost, doubled, or swapped with the next.

Texts are worked on as one long array of code points, so no text is looked at by itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

AT_ONCE = 1 << 15
"""Texts worked on at a time: a letter takes some forty bytes meanwhile."""
SPACE = 0x20
"""What is above it is a letter, a digit or a mark."""
SWAP, DROP = 0, 1
WIDER = (0x7F, 0x7FF, 0xFFFF)
"""Code points above each of these take one more byte of UTF-8."""


def slip(texts: Any, share: float, draw: np.random.Generator) -> Any:
    """Return (n,) texts in which letters are lost, doubled or swapped with the next one.

    The first letter of a word is never lost, and nothing moves from one word to another.

    Args:
        texts: ``pa.StringArray`` (n,) without nulls.
        share: chance of each letter to be hit.
        draw: where chance comes from.
    """
    starts = range(0, max(1, len(texts)), AT_ONCE)
    return pa.concat_arrays([_slip(texts.slice(at, AT_ONCE), share, draw) for at in starts])


def _slip(texts: Any, share: float, draw: np.random.Generator) -> Any:
    sizes = pc.utf8_length(texts).to_numpy().astype(np.int64)
    points = np.frombuffer("".join(texts.to_pylist()).encode("utf-32-le"), "<u4").copy()
    owner = np.repeat(np.arange(len(sizes)), sizes)
    letter = points > SPACE
    follows = np.zeros(len(points), bool)
    follows[1:] = letter[1:] & letter[:-1] & (owner[1:] == owner[:-1])
    hit = letter & (draw.random(len(points)) < share)
    kind = draw.integers(3, size=len(points))
    swap = hit & (kind == SWAP)
    swap[:-1] &= follows[1:]
    swap[-1:] = False
    swap[1:] &= ~swap[:-1]
    first = np.flatnonzero(swap)
    points[first], points[first + 1] = points[first + 1], points[first]
    times = np.ones(len(points), np.int64)
    times[hit & (kind == DROP) & follows] = 0
    times[hit & (kind > DROP)] = 2
    return _texts(np.repeat(points, times), np.bincount(owner, times, len(sizes)).astype(np.int64))


def _texts(points: NDArray[np.uint32], sizes: NDArray[np.int64]) -> Any:
    """Put code points, so many for each text, together as strings."""
    width = 1 + sum((points > limit).astype(np.int64) for limit in WIDER)
    ends = np.concatenate([[0], np.cumsum(width)])[np.concatenate([[0], np.cumsum(sizes)])]
    data = points.astype("<u4").tobytes().decode("utf-32-le").encode()
    offsets = pa.py_buffer(ends.astype(np.int32))
    return pa.StringArray.from_buffers(len(sizes), offsets, pa.py_buffer(data))
