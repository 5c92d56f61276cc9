"""Prepare: raw rows to a clean, normalised, augmented, split data set.

The split comes first, so that whatever is learned afterwards (fill values, scales, vocabularies)
is learned on training rows only and nothing of the held-out rows leaks into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.augment import AnyAugmentation
from hone_trainer.clean import AnyCleaning
from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule
from hone_trainer.contract.stage import Gang, Product, Role, Stage
from hone_trainer.prepare.items import Items
from hone_trainer.prepare.schema_inference import Infer
from hone_trainer.prepare.split import Split
from hone_trainer.prepare.target_columns import with_targets
from hone_trainer.prepare.task_limits import fit_tasks, keep_lists
from hone_trainer.rows.plain_names import plain_names
from hone_trainer.sources import AnySource
from hone_trainer.splits.member_partition import Division
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.task import Task
from hone_trainer.transform.obstacles import obstacles

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.pod.context import Context
    from hone_trainer.store.artifact_store import ArtifactStore

CONTRASTS = (
    "augment[].negatives.heldOut: say how many rows with label 0 stand beside each row that"
    " leaveOneOut holds out, such as 99: without, these parts have one label only; 0 where the"
    " source has both labels"
)


class Prepare(Stage):
    """Raw rows to a clean, normalised, split data set."""

    makes: ClassVar[Product | None] = "dataset"
    unkeyed: ClassVar[frozenset[str]] = frozenset({"workers"})
    rules = (
        Rule("has(self.columns) != has(self.infer)", "set exactly one of columns, infer"),
        Rule(
            "!has(self.columns)"
            " || self.columns.all(c, self.columns.filter(d, d.name == c.name).size() == 1)",
            "columns: every name must be used once",
        ),
        Rule(
            "!has(self.split) || !has(self.split.by) || !has(self.split.by.leaveOneOut)"
            " || !has(self.augment)"
            " || self.augment.all(a, !has(a.negatives) || has(a.negatives.heldOut))",
            CONTRASTS,
        ),
    )

    source: AnySource
    """Where the raw rows come from."""
    tasks: Annotated[tuple[AnyTask, ...], Field(min_length=1, max_length=4)]
    """What is predicted; the first leads: its figures choose epochs, members and candidates."""
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=64)] | None = None
    """The columns that a model reads, or that order rows or hold them together; others are left
    out, and so is what tasks read."""
    infer: Infer | None = None
    """Work out the columns from the first rows of the source instead."""
    items: Items | None = None
    """What is known of the items that may come next; new ones are answered by it."""
    clean: Annotated[tuple[AnyCleaning, ...], Field(max_length=16)] = ()
    """Cleaning steps, in this order."""
    split: Split = Split()
    """Shares of the rows that are kept out of training."""
    augment: Annotated[tuple[AnyAugmentation, ...], Field(max_length=16)] = ()
    """What is added to the training rows, in this order."""
    divide: Division | None = None
    """Which sub-model of a training learns from which rows; in turn where nothing is said."""
    unreadable: Literal["fail", "quarantine"] = "fail"
    """What becomes of a row that cannot be understood: the stage fails and names it, or the row is
    put aside with its reason."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Pods that share the work; the result is the same bytes."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        drawn = [step.negatives for step in self.augment if step.negatives is not None]
        if self.split.by.leave_one_out and any(step.held_out is None for step in drawn):
            raise ValueError(CONTRASTS)
        names = [task.title for task in self.predicted]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"tasks: two are called {twice!r}: give one of them a name")
        if (self.columns is None) == (self.infer is None):
            raise ValueError("set exactly one of columns, infer")
        if self.infer is not None:
            hidden = {name for task in self.predicted for name in task.hidden}
            if named := sorted(hidden & {*self.infer.ids, *self.infer.leave_out}):
                why = f"infer: names {named[0]!r}, which prepare.tasks reads: leave it out"
                raise ValueError(why)
        if self.columns is None:
            return self
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError("columns: every name must be used once")
        return self

    @property
    def predicted(self) -> tuple[Task, ...]:
        """The tasks themselves."""
        return tuple(task.value for task in self.tasks)

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:  # noqa: ARG002
        """See that parameters name columns that take part, and that fit."""
        if self.columns is None:
            if self.source.value.offers:
                message = "prepare.infer: the columns of this source are not worked out"
                yield f"{message}: name them in prepare.columns"
            return
        try:
            self.settled(self.columns)
        except StageFailure as failure:
            yield failure.message

    def lengths(self) -> Mapping[str, int] | None:
        """Read them off the columns; where these are worked out, rows decide."""
        if self.columns is None or any(self.check(())):
            return None
        positions = (column.value.positions(column.name) for column in self.settled(self.columns))
        return {field: length for each in positions for field, length in each.items()}

    def readable(self) -> frozenset[str] | None:
        """Read them off the columns."""
        if self.columns is None or any(self.check(())):
            return None
        return frozenset(c.name for c in self.settled(self.columns) if c.value.whole)

    def lists(self) -> bool:
        """Whether a task ranks."""
        return any(task.listed for task in self.predicted)

    def segments(self, column: str) -> bool | None:
        """Whether it is an id of length 1 with a vocabulary."""
        if self.columns is None:
            return None
        found = next((each.id for each in self.columns if each.name == column), None)
        return found is not None and found.feature and found.length == 1 and not found.buckets

    def no_graph(self) -> Iterator[str]:
        """Ask the columns and the cleaning steps."""
        yield from obstacles(self.columns or (), self.clean)

    def targets(self) -> Mapping[str, frozenset[str]]:
        """Return what each task gives, by the name that it has in figures and answers."""
        names = plain_names(task.title for task in self.predicted)
        return {names[task.title]: task.figured for task in self.predicted}

    def unvotable(self, voting: str) -> tuple[str, ...]:
        """See ``Stage.unvotable``."""
        return tuple(task.title for task in self.predicted if voting not in task.votings)

    def settled(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Return columns as they are meant beside what orders rows by them.

        Raises:
            StageFailure: they do not fit each other, or whatever names them.
        """
        columns = with_targets(columns, self.predicted)
        for column in columns:
            column.value.check(column.name, columns)
        fit_tasks(self)
        keep_lists(self)
        if self.items is not None:
            self.items.check(columns, self.predicted)
        naming = [each.value for each in (*columns, *self.clean, self.split.by)]
        ordering = {name for each in naming for name in each.orders}
        found = tuple(
            column.model_copy(update={column.kind: column.value.settle(column.name in ordering)})
            for column in columns
        )
        self.source.value.check(tuple(each for each in found if not each.value.derived))
        namers = [*self.clean, *self.augment, self.split.by]
        for each in [*namers, self.divide] if self.divide else namers:
            each.value.check(found)
        if not any(column.value.whole for column in found):
            message = "prepare.columns leave nothing for a model to read"
            remedy = "name ids, numbers or texts, or fields of a time"
            raise StageFailure("NothingToInfer", f"{message}: {remedy}")
        return found

    @property
    def division(self) -> Division | None:
        """Which sub-model learns from which rows; lists are never cut."""
        listed = next((task for task in self.predicted if task.listed), None)
        if self.divide is None and listed is not None:
            return Division.model_validate({"group": {"column": listed.group}})
        return self.divide

    def reads(self, store: ArtifactStore) -> tuple[str, ...] | None:
        """Look at the files of the source, and at those beside it."""
        from hone_trainer.prepare.side_inputs import versions

        return versions(self, store)

    def paths(self) -> tuple[str, ...]:
        """Return where its rows are, if they are in files."""
        uri = getattr(self.source.value, "uri", None)
        return () if uri is None else (uri,)

    def look(self, store: ArtifactStore) -> None:
        """Look at the names of columns, and at the first rows where columns are worked out."""
        from hone_trainer.prepare.reading import look

        look(self, store)

    def secrets(self) -> dict[str, tuple[str, str]]:
        """Whatever the source needs."""
        return dict(self.source.value.secrets())

    def gangs(self) -> tuple[Gang, ...]:
        """One pod, or a chief and others that help it; one of these that is lost is replaced."""
        others = Role("worker", self.workers - 1, replaceable=True)
        return (Gang(0, (Role("chief"), others)) if self.workers > 1 else Gang(),)

    def run(self, ctx: Context) -> Report:
        """Read, split, clean, encode, write the shards."""
        from hone_trainer.prepare.pipeline import prepare

        return prepare(self, ctx)

    def tidy(self, ctx: Context) -> None:
        """Remove what the passes left for each other."""
        from hone_trainer.prepare.pipeline import scratch_root
        from hone_trainer.prepare.scratch import Scratch

        Scratch(ctx.store, scratch_root(ctx)).clear()
