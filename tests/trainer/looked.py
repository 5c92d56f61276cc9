"""The data report of rows whose columns say what is predicted: label, amount or category."""

from typing import Any

from hone_trainer.columns import Column
from hone_trainer.profile import profile
from hone_trainer.profile.findings import Findings
from hone_trainer.rows.block import Block
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.task import Task

TASKS: dict[str, type[Task]] = {"label": Binary, "amount": Number, "category": Classes}


def look(
    columns: tuple[Column, ...], before: Block, after: Block, account: Any, **words: Any
) -> Findings:
    """Look at rows; each column of a task's kind is the label of one."""
    tasks = tuple(TASKS[each.kind](label=each.name) for each in columns if each.kind in TASKS)
    return profile.look(columns, tasks, before, after, account, **words)
