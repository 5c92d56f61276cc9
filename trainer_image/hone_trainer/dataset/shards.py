"""Encoded rows as Arrow IPC files of a bounded number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHARD_ROWS = 65_536
"""Rows of a shard: large enough to stream, small enough to hold several in memory."""


def split(columns: dict[str, NDArray[np.generic]], rows: int) -> Iterator[bytes]:
    """Return the files, one after the other; at least one, so that an empty part has a schema.

    Args:
        columns: name -> (rows,) or, for id sequences, (rows, length).
        rows: rows of every column.
    """
    for start in range(0, max(rows, 1), SHARD_ROWS):
        yield _encode({name: v[start : start + SHARD_ROWS] for name, v in columns.items()})


def _encode(columns: dict[str, NDArray[np.generic]]) -> bytes:
    import pyarrow as pa

    table = pa.table({name: _column(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    return bytes(sink.getvalue())


def _column(values: NDArray[np.generic]) -> Any:
    import pyarrow as pa

    if values.ndim == 1:
        return pa.array(values)
    if values.shape[1] == 1:
        return pa.array(values[:, 0])
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
