"""What each column is for, worked out from the first rows of a source.

For those who have a table and a question, and do not want to describe forty columns. What was
worked out is written down with its reasons, so that anybody can correct it by hand, and it is
pinned: a job that goes on later goes on with the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint
from hone_trainer.contract.spec import Rule, Spec

if TYPE_CHECKING:
    from hone_trainer.prepare.column_typing import Verdict
    from hone_trainer.tasks.task import Task

ROWS = 10_000
"""Rows that are looked at."""
Named = Annotated[str, Field(min_length=1, max_length=63)]
APART = "a column is named once, by leaveOut or by ids"


class Infer(Spec):
    """Work out from the first 10,000 rows of the source what each of its columns is for.

    Numbers become numbers spread normally by their rank. Whole numbers of at most 20
    different values, or under a name such as ``user`` or ``shop_id``, become ids, and so do short
    texts; dates become times, long texts text. What is different in every row is a key, and what is
    always the same is left out. Each decision stands with its reason under ``inferred`` in
    data-report.json and in the manifest.
    """

    rules = (
        Rule(
            "!has(self.leaveOut) || !has(self.ids)"
            " || !self.ids.exists(name, name in self.leaveOut)",
            APART,
        ),
    )

    gone: ClassVar[dict[str, str]] = {
        "label": "what is predicted stands in prepare.tasks, as in"
        " tasks: [{binary: {label: clicked}}]; leave it out of infer"
    }

    leave_out: Annotated[tuple[Named, ...], Field(max_length=256)] = ()
    """Columns that take no part."""
    ids: Annotated[tuple[Named, ...], Field(max_length=256)] = ()
    """Columns that are ids, whatever they look like: numbers of shops, of users, of products."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        named = [*dict.fromkeys(self.leave_out), *dict.fromkeys(self.ids)]
        if len(set(named)) < len(named):
            raise ValueError(APART)
        return self

    def infer(self, table: Any, tasks: tuple[Task, ...]) -> Inference:
        """Say what each column of the source is for.

        Args:
            table: its first rows, as ``RowSource.peek`` gives them.
            tasks: what is predicted; what they read is not for models.

        Raises:
            StageFailure: a named column is not there (``ColumnNotFound``), there are no rows
                (``NoRowsLeft``), or no column is left to learn from (``NothingToInfer``).
        """
        from hone_trainer.prepare.column_profile import ColumnProfile
        from hone_trainer.prepare.column_typing import judge, verdict

        self._require(table.column_names, tasks)
        if not table.num_rows:
            message = "the source has no rows from which to work out its columns"
            raise StageFailure("NoRowsLeft", f"{message}: correct prepare.source")
        told = {name: verdict("id", "you named it among the ids") for name in self.ids}
        told |= {
            name: verdict("", "prepare.tasks reads it: no model may")
            for task in tasks
            for name in task.hidden
        }
        told |= {name: verdict("", "you left it out") for name in self.leave_out}
        verdicts = [
            (seen.name, judge(seen) if seen.twins else told.get(seen.name) or judge(seen))
            for seen in ColumnProfile.over(table)
        ]
        found = Inference(tuple(verdicts))
        if not any(column.kind != "key" for column in found.columns):
            why = "; ".join(f"{name!r}: {verdict.why}" for name, verdict in verdicts[:8])
            message = f"there is no column to learn from ({why})"
            raise StageFailure("NothingToInfer", f"{message}: name them in prepare.columns")
        return found

    def _require(self, names: list[str], tasks: tuple[Task, ...]) -> None:
        read = [name for task in tasks for name in sorted(task.columns)]
        if twice := next((name for name in read if names.count(name) > 1), None):
            message = f"the source has several columns {twice!r}"
            raise StageFailure("UnreadableInput", f"{message}: rename all but one")
        wanted = {"tasks": read, "infer.leaveOut": self.leave_out, "infer.ids": self.ids}
        for word, each in wanted.items():
            absent = next((name for name in each if name not in names), None)
            if absent is not None:
                there = ", ".join(repr(name) for name in names[:32]) or "none"
                said = f"{absent!r}{hint(absent, names)}"
                message = f"the source has no column {said}; it has {there}"
                raise StageFailure("ColumnNotFound", f"{message}: correct prepare.{word}")


@dataclass(frozen=True)
class Inference:
    """What was worked out: for each column of the source, in order, its name and the verdict."""

    verdicts: tuple[tuple[str, Verdict], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that take part, as a person would have written them."""
        return tuple(
            Column.model_validate({"name": name, verdict.kind: verdict.words})
            for name, verdict in self.verdicts
            if verdict.kind
        )

    def facts(self) -> list[dict[str, Any]]:
        """Return the account as JSON values: name, kind (empty where left out), why."""
        return [
            {"name": name, "kind": verdict.kind, "why": verdict.why}
            for name, verdict in self.verdicts
        ]
