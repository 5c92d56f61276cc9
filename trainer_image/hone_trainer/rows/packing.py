"""Several Arrow tables in one."""

from typing import Any

import pyarrow as pa


def pack(tables: dict[str, Any]) -> Any:
    """Return one table that holds several."""
    blobs = []
    for table in tables.values():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        blobs.append(sink.getvalue())
    contents = pa.array([blob.to_pybytes() for blob in blobs], pa.large_binary())
    return pa.table({"name": pa.array(list(tables), pa.string()), "content": contents})


def unpack(table: Any) -> dict[str, Any]:
    """Take such a table apart."""
    names, contents = table.column("name").to_pylist(), table.column("content")
    return {
        name: pa.ipc.open_stream(pa.py_buffer(contents[k].as_buffer())).read_all()
        for k, name in enumerate(names)
    }
