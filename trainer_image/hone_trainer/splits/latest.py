"""The last two rows of each user, of rows that are seen block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

AT_ONCE = 1 << 22
"""Rows that are compared at a time: users are taken in turn, by ranges of their hashes."""


def latest(users: NDArray[np.uint64], times: NDArray[np.int64], rows: NDArray[np.int64]) -> Any:
    """Return the last two rows of each user in a block, as an Arrow table sorted by user.

    Args:
        users: (n,) a hash of each row's user.
        times: (n,) whatever orders them.
        rows: (n,) the number of each row, ascending: later ones are later at equal times.
    """
    order = np.lexsort((times, users))
    ends, counts = _ends(users[order])
    last = order[ends - 1]
    two = counts > 1
    before = order[ends[two] - 2]
    chosen = np.concatenate([before, last])
    seen = np.concatenate([np.zeros(len(before), np.int32), counts.astype(np.int32)])
    sort = np.argsort(users[chosen], kind="stable")
    chosen, seen = chosen[sort], seen[sort]
    columns = {"user": users[chosen], "time": times[chosen], "row": rows[chosen], "seen": seen}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def last_two(tables: list[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows before the last and the last rows of users that have three or more,
    ascending.

    Args:
        tables: what ``latest`` gave for each block, in the order of their rows.
    """
    bits = (sum(len(table) for table in tables) // AT_ONCE).bit_length()
    edges = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    cuts = [
        [0, *np.searchsorted(table.column("user").to_numpy(), edges).tolist(), len(table)]
        for table in tables
    ]
    both = list(zip(tables, cuts, strict=True))
    found = [
        _range([table.slice(cut[k], cut[k + 1] - cut[k]) for table, cut in both])
        for k in range(1 << bits)
    ]
    before, last = (np.sort(np.concatenate(rows)) for rows in zip(*found, strict=True))
    return before, last


def _range(slices: list[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    table = pa.concat_tables(slices)
    user, time, row, seen = (
        table.column(name).to_numpy() for name in ("user", "time", "row", "seen")
    )
    order = np.lexsort((row, time, user))
    ends, _ = _ends(user[order])
    rows = np.diff(np.concatenate([[0], np.cumsum(seen[order], dtype=np.int64)])[[0, *ends]])
    enough = ends[rows >= 3]
    return row[order[enough - 2]], row[order[enough - 1]]


def _ends(users: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each user's rows end among sorted ones, and how many there are."""
    ends = np.flatnonzero(np.append(users[1:] != users[:-1], True)[: len(users)]) + 1
    return ends, np.diff(ends, prepend=0)
