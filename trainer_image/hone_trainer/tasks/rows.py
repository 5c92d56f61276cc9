"""Which rows of a block have a target, and how much each counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.learned import Array
    from hone_trainer.tasks.task import Task


def groups_of(block: Block, column: str) -> Array:
    """Return a number for the group of each row, (n,) int64; rows without one share one."""
    from hone_trainer.rows.tokens import hash_words

    texts = block.texts(column)
    numbers: Array = np.append(hash_words(texts.words), np.uint64(0)).astype(np.int64)
    return numbers[texts.codes]


def weights_of(task: Task, block: Block) -> Array:
    """Return (n,) float32: 0 where the label is missing or ``where`` is not 1.

    Raises:
        StageFailure: a weight is negative or missing (BadWeight).
    """
    weight = (~block.missing(task.label)).astype(np.float32)
    if task.where is not None:
        weight *= block.numbers(task.where) == 1
    if task.weight is not None:
        given = block.numbers(task.weight)
        wrong = ~(given >= 0) | np.isinf(given)
        if wrong.any():
            row, value = block.rows[wrong][0], given[wrong][0]
            message = f"column {task.weight!r} has {value:g} as a weight in row {row + 1}"
            raise StageFailure("BadWeight", f"{message}: weights are numbers from 0 on")
        weight *= given.astype(np.float32)
    return weight
