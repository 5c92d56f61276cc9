"""Labels that are words: counted, and written as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from hone_trainer.tasks.learned import Learned

if TYPE_CHECKING:
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.learned import Array

compute: Any = pyarrow.compute
UNSEEN = -1
"""Code of a word that no training row has."""


def count(block: Block, column: str, weight: Array) -> Any:
    """Return the weight of each word of a column, as an Arrow table."""
    texts = block.texts(column)
    there = texts.codes >= 0
    sums = np.bincount(texts.codes[there], weight[there], len(texts.words))
    return pa.table({"key": texts.words, "weight": sums})


def merge(summaries: list[Any]) -> list[tuple[str, float]]:
    """Return (word, weight) of all blocks, in alphabetical order, those of weight 0 left out."""
    joined = pa.concat_tables(summaries).group_by("key").aggregate([("weight", "sum")])
    pairs = zip(*(joined.column(k).to_pylist() for k in ("key", "weight_sum")), strict=True)
    return sorted((key, weight) for key, weight in pairs if weight > 0)


def numbered(found: list[tuple[str, float]]) -> Learned:
    """Return words with their weights as what was learned, coded in the order given."""
    return Learned(tuple(word for word, _ in found), np.array([weight for _, weight in found]))


def codes(block: Block, column: str, learned: Learned) -> Array:
    """Return the place of each row's word among the keys, (n,) int32; -1 for other words."""
    texts = block.texts(column)
    found = compute.index_in(texts.words, pa.array(learned.keys, pa.string())).fill_null(UNSEEN)
    places = np.append(found.to_numpy(), UNSEEN)
    told: Array = places[texts.codes].astype(np.int32)
    return told
