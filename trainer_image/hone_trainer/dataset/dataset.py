"""A committed data set: shards in Arrow IPC files, a schema, and how to read them as arrays.

The training shards hold rows shuffled block by block, so that any stride of them is a fair sample:
members take every n-th row, unless the data set says which rows are whose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field, Part
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks.learned import Targets, joined

if TYPE_CHECKING:
    import pyarrow as pa

    from hone_trainer.pod.context import Context
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.manifest import Manifest

TRANSFORM, TABLES = "transform.json", "tables.arrow"
MEMBER = "member\x00"
"""Column of training shards that says whose a row is: member m of n takes those with m modulo n. No
field has such a name."""
WEIGHT = "weight\x00"
"""Column of training shards that says how much augmentation lets a row count in the loss. No field
has such a name."""


@dataclass(frozen=True)
class Rows:
    """Rows in memory.

    features: column name -> array; ids (rows, length) int32, numbers (rows, 1) float32.
    targets: target name -> what is to be predicted, and how much it counts.
    weights: (rows,) float32, how much each row counts beside that in the loss; None for all alike.
    """

    features: dict[str, NDArray[np.generic]]
    targets: dict[str, Targets]
    weights: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(next(iter(self.targets.values())).weight)

    def take(self, chosen: Any) -> Rows:
        """Return some of them."""
        return Rows(
            {name: values[chosen] for name, values in self.features.items()},
            {name: each.take(chosen) for name, each in self.targets.items()},
            None if self.weights is None else self.weights[chosen],
        )


class Dataset:
    """The committed output of a prepare stage."""

    def __init__(self, schema: Schema, store: ArtifactStore, manifest: Manifest) -> None:
        self.schema = schema
        self.manifest = manifest
        self._store = store

    @classmethod
    def of(cls, ctx: Context) -> Dataset:
        """Open the data set that an earlier stage prepared.

        Raises:
            StageFailure: InputMissing, ManifestUnreadable; see also ``check``.
        """
        dataset = cls.load(ctx.store, ctx.manifest(ctx.sources("dataset")[-1]))
        if ctx.chief:
            dataset.check()
        return dataset

    @classmethod
    def load(cls, store: ArtifactStore, manifest: Manifest) -> Dataset:
        """Open a data set; shards are fetched when they are read."""
        schema = manifest.facts.get("schema")
        if schema is None:
            message = f"the manifest of stage {manifest.stage!r} describes no data set"
            raise StageFailure("ManifestUnreadable", message)
        return cls(Schema.model_validate(schema), store, manifest)

    def check(self) -> None:
        """Read what no stage does but whoever serves the model: it has to be what was committed.

        Raises:
            StageFailure: ArtifactMissing or ArtifactDamaged.
        """
        for file in self.manifest.files:
            if file.name in (TRANSFORM, TABLES):
                self._store.fetch(file)

    def fetch(self, name: str) -> bytes:
        """Read one of its files by name."""
        return self._store.fetch(self.manifest.file(name))

    def read(self, part: Part, member: int = 0, members: int = 1, every: int = 1) -> Rows:
        """Read a part, or the rows of it that belong to one of several members.

        The members' rows are disjoint and together all rows; validation and test are never divided.
        ``every`` reads every n-th row alone, of the others no more than a shard at a time.
        """
        tables: list[pa.Table] = []
        before = 0
        for name in self.shards(part):
            table = self.shard(name)
            own = member_rows(table, before, member, members) if part == "train" else table
            tables.append(
                own if every == 1 else own.take(np.arange(-before % every, len(own), every))
            )
            before += len(table)
        if MEMBER in tables[0].column_names and not any(map(len, tables)):
            raise no_rows(member, members)
        rows = concatenate([rows_of(table, self.schema) for table in tables])
        targets = {
            target.name: self._recalling(target, rows.targets[target.name], rows.features)
            for target in self.schema.targets
        }
        return replace(rows, targets=targets)

    def _recalling(
        self, target: Target, targets: Targets, features: dict[str, NDArray[np.generic]]
    ) -> Targets:
        """Return targets with what users have met, where figures have to know it."""
        if not target.how.recalls:
            return targets
        field = next((f for f in self.schema.ids if f.answers == target.name), None)
        if field is None:
            message = f"nextItem.seen: leftOut: no sequence has the items of {target.name!r} as ids"
            remedy = "add one to prepare.columns, without minCount, maxSize or weights"
            raise StageFailure("NoHistory", f"{message}: {remedy}")
        codes = features[field.name].astype(np.int32) - FIRST_KNOWN
        return replace(
            targets, seen=np.where(codes < target.facts.known, np.maximum(codes, -1), -1)
        )

    def size(self, part: Part) -> int:
        """Return what a part takes in memory, in bytes, about: shards hold it as it is read."""
        return sum(self.manifest.file(name).size_bytes for name in self.shards(part))

    def shards(self, part: Part) -> tuple[str, ...]:
        """Return the names of the files that hold a part, in order."""
        names = (file.name for file in self.manifest.files)
        return tuple(name for name in names if name.startswith(f"{part}-"))

    def shard(self, name: str) -> pa.Table:
        """Read one of these files."""
        import pyarrow as pa

        data = self.fetch(name)
        return pa.ipc.open_file(pa.BufferReader(data)).read_all()


def member_rows(table: pa.Table, before: int, member: int, members: int) -> pa.Table:
    """Return those training rows of a shard that are a member's.

    Args:
        table: the shard.
        before: rows in the shards before it.
        member: counted from 0.
        members: between which all rows are divided.
    """
    import pyarrow as pa

    if members == 1:
        return table
    numbers = np.arange(before, before + len(table))
    if MEMBER in table.column_names:
        numbers = table.column(MEMBER).to_numpy()
    return table.filter(pa.array(numbers % members == member))


def no_rows(member: int, members: int) -> StageFailure:
    """Return the failure of a member whom a division gives nothing."""
    message = f"prepare.divide leaves no rows to member {member} of {members}"
    return StageFailure("NoRowsLeft", f"{message}: lower train.members, or divide by rows")


def rows_of(table: pa.Table, schema: Schema) -> Rows:
    """Return the rows of a shard as arrays, which lie in the shard's memory where they can."""
    features = {field.name: _array(table, field) for field in (*schema.ids, *schema.numbers)}
    targets = {target.name: _targets(target, table) for target in schema.targets}
    return Rows(features, targets, _column(table, WEIGHT))


def concatenate(rows: Sequence[Rows]) -> Rows:
    """Return the rows one after the other, in memory of their own."""
    features, targets, weights = rows[0].features, rows[0].targets, rows[0].weights
    return Rows(
        {name: np.concatenate([each.features[name] for each in rows]) for name in features},
        {name: joined([each.targets[name] for each in rows]) for name in targets},
        None if weights is None else np.concatenate([each.weights for each in rows]),
    )


def _targets(target: Target, table: pa.Table) -> Targets:
    """Return what is to be predicted of some rows."""
    value, weight, group, item = (
        _column(table, target.column(name)) for name in ("value", "weight", "group", "item")
    )
    return Targets(value, np.asarray(weight, np.float32), None, group, item)


def _column(table: pa.Table, name: str) -> NDArray[Any] | None:
    """Return a column of numbers; None where there is none."""
    if name not in table.column_names:
        return None
    values: NDArray[Any] = table.column(name).to_numpy()
    return values


def _array(table: pa.Table, field: Field) -> NDArray[np.generic]:
    """Return one column of a shard as an array (rows, length)."""
    column: Any = table.column(field.name).combine_chunks()
    flat = column.flatten() if field.kind == "id" and field.length > 1 else column
    dtype = np.int32 if field.kind == "id" else np.float32
    values: NDArray[np.generic] = flat.to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    return values.reshape(len(table), field.length if field.kind == "id" else 1)
