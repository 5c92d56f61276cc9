"""The vectors of all items: what a row's vector is held against."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.tasks.learned import Array
from hone_trainer.tasks.logits import softmax


@dataclass(frozen=True, eq=False)
class ItemVectors:
    """One for each item, in the order of a target's keys."""

    keys: tuple[str, ...]
    vectors: Array
    """(items, width) float32."""
    bias: Array
    """(items,) float32: how often an item comes, whatever the row."""

    def probabilities(self, asked: Array) -> Array:
        """Return those of all items, float32 (rows, items), for vectors of rows (rows, width)."""
        shares: Array = softmax(asked @ self.vectors.T + self.bias).astype(np.float32)
        return shares

    def pack(self) -> bytes:
        """Return a Parquet file with the columns item, bias and vector."""
        import pyarrow as pa
        from pyarrow import parquet

        flat = pa.array(np.ascontiguousarray(self.vectors, np.float32).ravel())
        columns = {
            "item": pa.array(self.keys, pa.string()),
            "bias": pa.array(self.bias.astype(np.float32)),
            "vector": pa.FixedSizeListArray.from_arrays(flat, self.vectors.shape[1]),
        }
        sink: Any = io.BytesIO()
        parquet.write_table(pa.table(columns), sink, compression="zstd")
        content: bytes = sink.getvalue()
        return content

    @classmethod
    def unpack(cls, content: bytes) -> ItemVectors:
        """Read such a file."""
        import pyarrow as pa
        from pyarrow import parquet

        table = parquet.read_table(pa.BufferReader(content)).combine_chunks()
        flat = table.column("vector").combine_chunks().flatten().to_numpy()
        keys = tuple(table.column("item").to_pylist())
        return cls(keys, flat.reshape(len(keys), -1), table.column("bias").to_numpy())
