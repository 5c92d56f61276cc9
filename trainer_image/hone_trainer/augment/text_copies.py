"""Copies of rows with another text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hone_trainer.augment.copies import beside
from hone_trainer.rows.block import Block


def copy_texts(block: Block, name: str, copies: int, change: Callable[[Any], Any]) -> Block:
    """Return rows, each with copies behind it in which a text is changed.

    Rows without a text have no copies, and copies that came out the same are left out.

    Args:
        block: the rows.
        name: the text column.
        copies: of each row.
        change: gives other texts for texts, both ``pa.StringArray`` without nulls; asked once for
            each copy.
    """
    texts = block.texts(name)
    rows = np.flatnonzero(texts.codes >= 0)
    told = texts.words.take(pa.array(texts.codes[rows]))
    made, origins = [pa.array([], pa.string())], [rows[:0]]
    for _ in range(copies):
        other = change(told)
        differs = pc.not_equal(other, told)
        made.append(other.filter(differs))
        origins.append(rows[differs.to_numpy(zero_copy_only=False)])
    changed = pa.concat_arrays(made).dictionary_encode()
    return beside(block, np.concatenate(origins), {name: changed})
