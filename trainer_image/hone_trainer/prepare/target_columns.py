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

    A group may be a column that models read too: whose rows belong together is no secret. Of what
    is predicted they may read only what came before: a sequence made of it.

    Raises:
        StageFailure: a model would read what it is to predict, or what stands beside that
            (TaskColumnListed); two tasks read one column in two ways (WrongColumnKind).
    """
    listed = {column.name: column for column in columns}
    found: dict[str, str] = {}
    told = {column.value.of for column in columns if column.value.derived}
    for name, how, field in _read(tasks):
        if name in listed:
            if how == "category" and field != "label":
                find(columns, name, f"prepare.tasks[].{field}", "text")
                continue
            if how == "category" and not listed[name].value.whole:
                continue
            what = "predicts" if field == "label" else f"reads as {field}"
            message = f"prepare.columns lists {name!r}, which prepare.tasks {what}"
            raise StageFailure("TaskColumnListed", f"{message}: {LISTED}")
        before = found.setdefault(name, how)
        if before in ("label", "grade") and how == "amount":
            continue  # 0 and 1 are numbers too
        if before != how:
            message = f"prepare.tasks[].{field} names {name!r}, which another task reads as"
            raise StageFailure("WrongColumnKind", f"{message} {before} and not as {how}")
    hidden = (
        Column.model_validate({"name": name, "id": {"feature": False}})
        if how == "category" and name in told
        else TargetColumn.model_validate({"name": name, how: {}})
        for name, how in found.items()
    )
    return (*columns, *hidden)


def _read(tasks: tuple[Task, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield (column, how it is read, the field that names it), labels first."""
    for task in tasks:
        yield task.label, task.reads, "label"
    for task in tasks:
        for field, name in (("weight", task.weight), ("where", task.where)):
            if name is not None:
                yield name, "amount", field
        for field, name in task.beside_it:
            yield name, "category", field
