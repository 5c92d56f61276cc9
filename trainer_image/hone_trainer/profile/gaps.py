"""Where values are missing: in which stretches of the source, and in which columns together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hone_trainer.rows.block import Block

STRIPES = 40
PATTERNS = 12
"""Most combinations of columns that are listed."""


@dataclass(frozen=True)
class Pattern:
    """Columns that are missing together, and no others with them."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Gaps:
    """The missing-value map of rows as they were read.

    Attributes:
        rows: rows looked at.
        starts: the number of the first row of each stripe; stripes hold equally many rows.
        stripes: column -> share missing in each stripe; columns without a gap are left out.
        patterns: which columns are missing together, the most frequent first.
    """

    rows: int
    starts: tuple[int, ...]
    stripes: dict[str, tuple[float, ...]]
    patterns: tuple[Pattern, ...]


def map_gaps(block: Block, names: tuple[str, ...]) -> Gaps:
    """Draw the map.

    Args:
        block: rows as they were read, in the order of the source.
        names: at most 64 columns.
    """
    rows = len(block)
    if not rows:
        return Gaps(0, (), {}, ())
    bounds = np.unique(np.arange(min(STRIPES, rows)) * rows // min(STRIPES, rows))
    sizes = np.diff(bounds, append=rows)
    lacking = [(name, gone) for name in names if (gone := block.missing(name)).any()]
    stripes = {
        name: tuple((np.add.reduceat(gone, bounds, dtype=np.int64) / sizes).tolist())
        for name, gone in lacking
    }
    marks = np.zeros(rows, np.uint64)
    for bit, (_, gone) in enumerate(lacking):
        marks |= gone.astype(np.uint64) << np.uint64(bit)
    found, counts = np.unique(marks[marks > 0], return_counts=True)
    order = np.lexsort((found, -counts))[:PATTERNS]
    patterns = tuple(
        Pattern(
            tuple(name for bit, (name, _) in enumerate(lacking) if int(found[k]) >> bit & 1),
            int(counts[k]),
        )
        for k in order
    )
    return Gaps(rows, tuple(block.rows[bounds].tolist()), stripes, patterns)
