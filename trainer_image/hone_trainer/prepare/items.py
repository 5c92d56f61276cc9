"""The items that may come next, and what is known of them: a file beside the rows.

Items that no training row holds are answered by it. It says nothing of any row, so nothing of those
held out can leak through it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.columns import Column
from hone_trainer.columns.id import IdColumn
from hone_trainer.columns.text import TextColumn
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Uri
from hone_trainer.contract.spec import OneOf, Spec

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Target
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs
    from hone_trainer.tasks.learned import Learned
    from hone_trainer.tasks.task import Task
    from hone_trainer.transform.transform import Transform

FIELD = "prepare.items"
MOST = 1_000_000
"""Every pod holds what is known of all of them."""


class ItemColumn(OneOf):
    """Something that is known of an item."""

    id: IdColumn | None = None
    """Identifiers."""
    text: TextColumn | None = None
    """Text as people write it; not in ``pieces``."""


class NamedItemColumn(ItemColumn):
    """The same, and where it stands."""

    name: Annotated[str, Field(min_length=1, max_length=63)]
    """Its name in the file."""


class Items(Spec):
    """What is known of the items that ``nextItem`` may answer with: a file with a row for each."""

    uri: Uri
    """A CSV file with a header line or a Parquet file: ``s3://bucket/key`` or a path. Its column
    of items is called as the label is; at most a million items."""
    columns: Annotated[tuple[NamedItemColumn, ...], Field(min_length=1, max_length=16)]
    """What ``recommendation.twoTower`` reads of an item: ids and texts, under names of their own. A
    text may be ``like`` one of ``prepare.columns``."""

    @property
    def uris(self) -> Mapping[str, str]:
        """The file: address -> field of the job."""
        return {self.uri: f"{FIELD}.uri"}

    def check(self, columns: tuple[Column, ...], tasks: tuple[Task, ...]) -> None:
        """Refuse parameters that do not fit the rows, before anything is read.

        Raises:
            StageFailure: nothing answers with items (WrongTask); NameTaken, WrongColumnKind; what a
                column's own check raises.
        """
        if not any(task.ranks and not task.listed for task in tasks):
            message = f"{FIELD} describes what nextItem answers with, and prepare.tasks has none"
            raise StageFailure("WrongTask", f"{message}: leave it out")
        taken = {column.name for column in columns}
        for column in self.columns:
            if column.name in taken:
                message = f"{FIELD}.columns names {column.name!r}, and so does prepare.columns"
                raise StageFailure("NameTaken", f"{message}: rename one of the two")
            if column.text is not None and column.text.pieces:
                message = f"{FIELD}.columns: {column.name!r} is read in pieces of an encoder"
                raise StageFailure("WrongColumnKind", f"{message}: give words or characters")
            taken.add(column.name)
            every: tuple[Any, ...] = (*columns, *self.columns)
            column.value.check(column.name, every)

    def load(self, label: str, side_inputs: SideInputs) -> Block:
        """Read the file: a row for each item, those without a name left out.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, ColumnNotFound; an item is there twice
                (ItemTwice).
        """
        import pyarrow as pa
        from pyarrow import csv, parquet

        from hone_trainer.transform.raw_rows import RawRows

        read: tuple[Any, ...] = (
            Column.model_validate({"name": label, "id": {}}),
            *self.columns,
        )
        data = side_inputs.read(self.uri, f"{FIELD}.uri")
        try:
            if data[:4] == b"PAR1":
                table = parquet.read_table(pa.BufferReader(data))
            else:
                texts = {c.name: pa.string() for c in read}
                how = csv.ConvertOptions(column_types=texts, strings_can_be_null=True)
                parsed = csv.ParseOptions(newlines_in_values=True)
                table = csv.read_csv(io.BytesIO(data), parse_options=parsed, convert_options=how)
        except (pa.ArrowException, OSError) as error:
            what = str(error).splitlines()[0][:200]
            raise StageFailure("UnreadableInput", f"{FIELD}.uri: {self.uri}: {what}") from None
        for column in read:
            if column.name not in table.schema.names:
                message = f"{FIELD} names {column.name!r}, which is not in {self.uri}"
                raise StageFailure("ColumnNotFound", f"{message}: correct one of the two")
        block = RawRows(table).block(read, {})
        block = block.keep(~block.missing(label))
        names = block.texts(label)
        if twice := _repeated(names.codes):
            message = f"{self.uri} has {names.words[twice[0]].as_py()!r} twice"
            raise StageFailure("ItemTwice", f"{FIELD}.uri: {message}: give each item one row")
        if len(block) > MOST:
            message = f"{FIELD}.uri: {self.uri} has {len(block):,} items"
            raise StageFailure("TooManyItems", f"{message}: at most {MOST:,} are described")
        return block

    def counted(self, column: str, block: Block) -> list[Any]:
        """Return the words of items' texts that are like a column of the rows."""
        alike = (c for c in self.columns if c.value.borrows == column)
        return [c.value.summarize(c.name, block) for c in alike]

    def described(self, transform: Transform, block: Block) -> Transform:
        """Return the transform with what is known of items; new ones are answers too.

        Args:
            transform: what was learned of training rows.
            block: what ``load`` gave.
        """
        from hone_trainer.dataset.schema import Target

        found: list[Target] = []
        for target in transform.targets:
            how = target.how
            if how.ranks and not how.listed and how.label in block.table.column_names:
                learned = self._with(target.facts, how.label, transform, block)
                found.append(Target(name=target.name, task=target.task, learned=learned.dump()))
            else:
                found.append(target)
        return replace(transform, targets=tuple(found))

    def _with(self, facts: Learned, label: str, transform: Transform, block: Block) -> Learned:
        import numpy as np
        import pyarrow as pa

        from hone_trainer.rows.block import Block
        from hone_trainer.rows.plain_names import plain_names
        from hone_trainer.tasks.described import Described

        texts = block.texts(label)
        names = texts.words.take(pa.array(texts.codes)).to_pylist()
        keys = (*facts.keys, *(name for name in names if name not in facts.codes))
        row_of = {name: row for row, name in enumerate(names)}
        rows = pa.array([row_of.get(key) for key in keys], pa.int64())
        every = Block.of(block.table.take(rows))
        fields, ids = [], {}
        for column in self.columns:
            summary = column.value.summarize(column.name, block)
            learned = (
                transform.learned[column.value.borrows]
                if column.value.borrows
                else column.value.learn(column.name, [summary], block)
            )
            encoded = column.value.encode(column.name, every, learned)
            for field in column.value.fields(column.name, learned):
                fields.append(field)
                ids[field.name] = encoded[field.name].reshape(len(keys), field.length)
        taken = [field.name for field in transform.schema.fields]
        plain = plain_names([*taken, *(f"items_{field.name}" for field in fields)])
        renamed = {field.name: plain[f"items_{field.name}"] for field in fields}
        shown = (
            f.model_copy(
                update={
                    "name": renamed[f.name],
                    "like": renamed.get(f.like, transform.plain.get(f.like, "")),
                }
            )
            for f in fields
        )
        counts = np.concatenate([np.asarray(facts.counts), np.zeros(len(keys) - len(facts.keys))])
        described = Described(tuple(shown), {renamed[name]: each for name, each in ids.items()})
        return replace(facts, keys=keys, counts=counts, described=described)


def _repeated(codes: Any) -> list[int]:
    """Return the codes that occur more than once, some of them."""
    import numpy as np

    found: list[int] = np.flatnonzero(np.bincount(codes) > 1)[:3].tolist()
    return found
