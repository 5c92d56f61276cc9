"""Whether members that each learn from a part of the rows have enough of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema

ENOUGH = 50
"""Rows of each class or item. Measured with three members: of BANKING77, 41 a class, a member was
right about .856 of the validation rows and their weighted average about .891, one model on all rows
about .907; with tens of thousands of rows a class (the reference data) nothing was lost."""


def thin_parts(schema: Schema, members: int) -> Iterator[str]:
    """Yield, for each target whose classes or items a member hardly sees, what is to be done.

    Args:
        schema: of the data set.
        members: between which its training rows are divided.
    """
    if members == 1:
        return
    for target in schema.targets:
        rows = target.facts.rows or schema.rows
        if "hard" not in target.how.votings or target.outputs < 2:
            continue
        if rows >= ENOUGH * members * target.outputs:
            continue
        each = rows / members / target.outputs
        yield (
            f"train.members: {members} divides the rows of {target.name} into parts of "
            f"{each:.3g} for each of its {target.outputs:,} values; one model on all rows is "
            "likely better than these together: leave members out, or fuse different models"
        )
