"""Values with arrays in them, as JSON and one file of tables beside it.

The tables are an Arrow IPC file of one row: each table is a list in a column of its own. Reading it
copies nothing, and runs nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

TABLE = "\x00table"
"""Key of what stands in JSON for a table: no value of ours has it."""


def take_apart(value: Any, tables: dict[str, Any]) -> Any:
    """Return JSON values, with a name in place of each array, which goes to ``tables``.

    Args:
        value: JSON values, tuples among them, with numpy arrays (n,) and Arrow arrays inside.
        tables: name -> Arrow array; is added to.
    """
    if isinstance(value, np.ndarray | pa.Array):
        name = str(len(tables))
        tables[name] = pa.array(value)
        return {TABLE: name, "numpy": isinstance(value, np.ndarray)}
    if isinstance(value, dict):
        return {key: take_apart(each, tables) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [take_apart(each, tables) for each in value]
    return value


def put_together(value: Any, tables: dict[str, Any]) -> Any:
    """Return what was taken apart; tuples have become lists."""
    if isinstance(value, dict):
        if TABLE in value:
            table = tables[value[TABLE]]
            return table.to_numpy(zero_copy_only=False) if value["numpy"] else table
        return {key: put_together(each, tables) for key, each in value.items()}
    return [put_together(each, tables) for each in value] if isinstance(value, list) else value


def pack(tables: dict[str, Any]) -> bytes:
    """Return the bytes of a file of tables."""
    lists = {
        name: pa.LargeListArray.from_arrays(pa.array([0, len(table)], pa.int64()), table)
        for name, table in tables.items()
    }
    sink = pa.BufferOutputStream()
    table = pa.table(lists)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def unpack(data: bytes) -> dict[str, Any]:
    """Return the tables of a file: name -> Arrow array.

    Raises:
        pyarrow.ArrowInvalid: it is no such file.
    """
    with pa.ipc.open_file(pa.BufferReader(data)) as reader:
        table = reader.read_all()
    return {name: table.column(name).chunk(0).values for name in table.column_names}
