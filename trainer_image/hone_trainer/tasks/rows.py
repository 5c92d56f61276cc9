"""Which rows of a block have a target, and how much each counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.learned import Array
    from hone_trainer.tasks.task import Task

WEIGHTS = (1e-9, 1e9)
"""The least and the greatest that a row may count, besides 0: sums of them are kept in float32."""


def groups_of(block: Block, column: str) -> Array:
    """Return a number for the group of each row, (n,) int64; rows without one share one."""
    from hone_trainer.rows.tokens import hash_words

    texts = block.texts(column)
    numbers: Array = np.append(hash_words(texts.words), np.uint64(0)).astype(np.int64)
    return numbers[texts.codes]


def weights_of(task: Task, block: Block) -> Array:
    """Return (n,) float32: 0 where the label is missing, ``where`` is not 1, or a row of a list
    does not say of which.

    Raises:
        StageFailure: ``where`` is neither 0 nor 1 (BadWhere); a row that has the target has a
            weight that is missing, negative, or beyond what sums of float32 hold (BadWeight).
    """
    weight = (~block.missing(task.label)).astype(np.float32)
    if task.listed and task.group is not None:
        weight *= ~block.missing(task.group)
    if task.where is not None:
        remedy = "correct the source, or name another column in prepare.tasks[].where"
        weight *= flags("BadWhere", block, task.where, remedy) == 1
    if task.weight is not None:
        given, (least, most) = block.numbers(task.weight), WEIGHTS
        wrong = (weight > 0) & (given != 0) & ~((given >= least) & (given <= most))
        rule = f"weights are 0, or numbers from {least:g} to {most:g}; correct the source"
        refuse(wrong, "BadWeight", block, task.weight, rule, " as a weight")
        weight = np.where(weight > 0, given, 0).astype(np.float32)
    return weight


def flags(reason: str, block: Block, column: str, remedy: str) -> Array:
    """Return a column of 0 and 1, (n,) float64, NaN where missing.

    Raises:
        StageFailure: it has something else, with this reason and this remedy.
    """
    values = block.numbers(column)
    wrong = (values != 0) & (values != 1) & ~np.isnan(values)
    refuse(wrong, reason, block, column, remedy, ", neither 0 nor 1,")
    return values


def refuse(
    wrong: Array, reason: str, block: Block, column: str, remedy: str, what: str = ""
) -> None:
    """Fail where a number column has a wrong value, and name the first.

    Args:
        wrong: which rows have one, (n,) bool.
        reason: for machines.
        block: the rows.
        column: of the values.
        remedy: for people.
        what: is wrong with the value, in the sentence "column x has 2 … in row 7".

    Raises:
        StageFailure: with this reason.
    """
    if wrong.any():
        row, value = block.rows[wrong][0], block.numbers(column)[wrong][0]
        message = f"column {column!r} has {value:g}{what} in row {row + 1}"
        raise StageFailure(reason, f"{message}: {remedy}")


def nothing_counts(task: Task) -> str:
    """Say that no training row has a target."""
    ways = [f"column {task.label!r} is missing"]
    ways += [f"{task.where!r} is not 1"] if task.where is not None else []
    ways += [f"the weight {task.weight!r} is 0"] if task.weight is not None else []
    told = " or ".join(ways)
    return f"{told} in every training row: nothing can be learned; give other rows"
