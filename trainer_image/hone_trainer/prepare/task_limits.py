"""What tasks forbid: steps that work on other labels, and what would cut the lists of a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.prepare.spec import Prepare


def fit_tasks(stage: Prepare) -> None:
    """Refuse what works on other labels than the first task has.

    Raises:
        StageFailure: WrongTask.
    """
    first, *others = stage.predicted
    remembered = {column.value.of for column in stage.columns or () if column.value.derived}
    for task in stage.predicted:
        if stage.columns is not None and task.recalls and task.label not in remembered:
            message = f"prepare.tasks[].nextItem.seen: leftOut wants a sequence of {task.label!r}"
            raise StageFailure("WrongTask", f"{message}: add one to prepare.columns")
    way = stage.split.by.stratified
    if way is not None and way.column is None and first.strata:
        message = f"prepare.split.by.stratified: {first.label!r} {first.strata}"
        raise StageFailure("WrongTask", f"{message}: name a column, or split by random")
    for step in stage.augment:
        if step.value.reads and first.reads not in step.value.reads:
            message = f"prepare.augment[].{step.kind} works on other labels than those of"
            remedy = f"{first.title!r}, the first of prepare.tasks: leave it out"
            raise StageFailure("WrongTask", f"{message} {remedy}")
        if step.value.contrasts and any(task.where != first.label for task in others):
            message = f"prepare.augment[].{step.kind} draws rows with {first.label!r} 0, of"
            remedy = f"which other tasks know nothing: give them where: {first.label}"
            raise StageFailure("WrongTask", f"{message} {remedy}")


def keep_lists(stage: Prepare) -> None:
    """Refuse what would cut the lists of a ranking.

    Raises:
        StageFailure: ListCut.
    """
    groups = {task.group for task in stage.predicted if task.listed}
    if not groups:
        return
    if len(groups) > 1:
        message = "prepare.tasks[].ranking: two tasks have lists of different groups"
        raise StageFailure("ListCut", f"{message}: give them one group, or a job each")
    group = groups.pop()
    by = stage.split.by
    ways = [("split.by", "group.column", getattr(by.group, "column", None))]
    if by.given is not None:
        ways = [("split.by", "given.group", by.given.group)]
    if stage.divide is not None:
        ways.append(("divide", "group.column", getattr(stage.divide.group, "column", None)))
    for cut, field, column in ways:
        if column != group:
            message = f"prepare.{cut} cuts the lists of prepare.tasks[].ranking"
            remedy = f"set prepare.{cut}.{field}: {group}"
            raise StageFailure("ListCut", f"{message}: {remedy}")
