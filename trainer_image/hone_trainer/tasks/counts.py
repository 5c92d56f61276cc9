"""Labels that are words: counted, and written as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from hone_trainer.tasks.rows import weights_of

if TYPE_CHECKING:
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.learned import Array, Learned
    from hone_trainer.tasks.task import Task

compute: Any = pyarrow.compute


def count(task: Task, block: Block) -> Any:
    """Return the weight of each word of the label, as an Arrow table."""
    texts, weight = block.texts(task.label), weights_of(task, block)
    there = texts.codes >= 0
    sums = np.bincount(texts.codes[there], weight[there], len(texts.words))
    return pa.table({"key": texts.words, "weight": sums})


def merge(summaries: list[Any]) -> list[tuple[str, float]]:
    """Return (word, weight) of all blocks, in alphabetical order, those of weight 0 left out."""
    joined = pa.concat_tables(summaries).group_by("key").aggregate([("weight", "sum")])
    pairs = zip(*(joined.column(k).to_pylist() for k in ("key", "weight_sum")), strict=True)
    return sorted((key, weight) for key, weight in pairs if weight > 0)


def codes(task: Task, block: Block, learned: Learned, unseen: int) -> tuple[Array, Array]:
    """Return the place (n,) int32 of each row's word among the keys, and the weights (n,)."""
    texts = block.texts(task.label)
    found = compute.index_in(texts.words, pa.array(learned.keys, pa.string())).fill_null(unseen)
    places = np.append(found.to_numpy(), unseen)
    return places[texts.codes].astype(np.int32), weights_of(task, block)
