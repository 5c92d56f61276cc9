"""Copies of rows beside the rows themselves, with some values changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.rows.block import Block


def beside(block: Block, origins: NDArray[np.int64], changed: dict[str, Any]) -> Block:
    """Return the rows of a block, each with its copies behind it.

    Args:
        block: the rows.
        origins: (copies,) place in the block of the row that each copy is of, in any order.
        changed: column -> Arrow array (copies,) or numbers (copies,) of the copies' own values.
    """
    if not len(origins):
        return block
    copied: Any = pa.array(origins)
    copies = replace(block, table=block.table.take(copied))
    for name, values in changed.items():
        copies = copies.put(name, values)
    table = pa.concat_tables([block.table, copies.table]).unify_dictionaries().combine_chunks()
    source = np.concatenate([np.arange(len(block)), origins])
    order: Any = np.argsort(source, kind="stable")
    at = source[order]
    return Block(table.take(order), block.rows[at], block.parts[at])
