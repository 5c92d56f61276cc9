"""The columns that tasks read: added to those that are listed, or refused where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from hone_trainer.columns import Column, TargetColumn
from hone_trainer.columns.lookup import find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.tasks.task import Task

LISTED = "leave it out of prepare.columns, or name another in prepare.tasks"


def with_targets(columns: tuple[Column, ...], tasks: tuple[Task, ...]) -> tuple[Column, ...]:
    """Return the columns, and behind them those that tasks read.

    A group may be a column that models read too: whose rows belong together is no secret.

    Raises:
        StageFailure: a model would read what it is to predict, or what stands beside that
            (TaskColumnListed); two tasks read one column in two ways (WrongColumnKind).
    """
    listed = {column.name: column for column in columns}
    found: dict[str, str] = {}
    for name, how, field in _read(tasks):
        if name in listed:
            if field == "group":
                find(columns, name, "prepare.tasks[].group", "text")
                continue
            what = "predicts" if field == "label" else f"reads as {field}"
            message = f"prepare.columns lists {name!r}, which prepare.tasks {what}"
            raise StageFailure("TaskColumnListed", f"{message}: {LISTED}")
        before = found.setdefault(name, how)
        if before == "label" and how == "amount":
            continue  # 0 and 1 are numbers too
        if before != how:
            message = f"prepare.tasks[].{field} names {name!r}, which another task reads as"
            raise StageFailure("WrongColumnKind", f"{message} {before} and not as {how}")
    hidden = (TargetColumn.model_validate({"name": name, how: {}}) for name, how in found.items())
    return (*columns, *hidden)


def _read(tasks: tuple[Task, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield (column, how it is read, the field that names it), labels first."""
    for task in tasks:
        yield task.label, task.reads, "label"
    for task in tasks:
        named = (("weight", task.weight), ("where", task.where), ("group", task.group))
        for field, name in named:
            if name is not None:
                yield name, "category" if field == "group" else "amount", field
