"""Blocks of rows with a label, and tasks that read them."""

from typing import Any

import numpy as np
import pyarrow as pa

from hone_trainer.rows.block import Block


def block(**columns: Any) -> Block:
    """Make a block: lists of text become text columns, numbers number columns."""
    arrays = {}
    for name, values in columns.items():
        if any(isinstance(value, str) for value in values):
            arrays[name] = pa.array(values, pa.string()).dictionary_encode()
        else:
            given = [np.nan if value is None else value for value in values]
            arrays[name] = pa.array(np.asarray(given, np.float64))
    return Block.of(pa.table(arrays))
