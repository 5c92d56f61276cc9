"""A committed data set: shards in Arrow IPC files, a schema, and how to read them as arrays.

The training shards hold rows shuffled block by block, so that any stride of them is a fair sample:
members take every n-th row, unless the data set says which rows are whose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field, Part
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks.learned import Targets

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

    def read(self, part: Part, member: int = 0, members: int = 1) -> Rows:
        """Read a part, or the rows of it that belong to one of several members.

        The members' rows are disjoint and together all rows; validation and test are never divided.
        """
        tables = [self._shard(a.name) for a in self.manifest.files if a.name.startswith(f"{part}-")]
        stride = _own(tables, member, members) if part == "train" else slice(None)
        features = {
            field.name: np.concatenate([_array(table, field) for table in tables])[stride]
            for field in (*self.schema.ids, *self.schema.numbers)
        }
        return Rows(
            {name: np.ascontiguousarray(values) for name, values in features.items()},
            {
                target.name: self._recalling(target, _targets(target, tables, stride), features)
                for target in self.schema.targets
            },
            _weights(tables, stride),
        )

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
        return replace(targets, seen=np.where(codes < target.outputs, np.maximum(codes, -1), -1))

    def _shard(self, name: str) -> pa.Table:
        import pyarrow as pa

        data = self.fetch(name)
        return pa.ipc.open_file(pa.BufferReader(data)).read_all()


def _own(tables: list[pa.Table], member: int, members: int) -> slice | NDArray[np.bool_]:
    """Say which training rows are a member's; ``NoRowsLeft`` where none is."""
    if MEMBER not in tables[0].column_names:
        return slice(member, None, members)
    numbers = np.concatenate([table.column(MEMBER).to_numpy() for table in tables])
    mine: NDArray[np.bool_] = numbers % members == member
    if not mine.any():
        message = f"prepare.divide leaves no rows to member {member} of {members}"
        raise StageFailure("NoRowsLeft", f"{message}: lower train.members, or divide by rows")
    return mine


def _weights(
    tables: list[pa.Table], stride: slice | NDArray[np.bool_]
) -> NDArray[np.float32] | None:
    if not tables or WEIGHT not in tables[0].column_names:
        return None
    weights = np.concatenate([table.column(WEIGHT).to_numpy() for table in tables])
    return np.ascontiguousarray(weights[stride], np.float32)


def _targets(target: Target, tables: list[pa.Table], stride: Any) -> Targets:
    """Return what is to be predicted of some rows."""
    found = {}
    for name in ("value", "weight", "group", "item"):
        column = target.column(name)
        if column in tables[0].column_names:
            whole = np.concatenate([table.column(column).to_numpy() for table in tables])
            found[name] = np.ascontiguousarray(whole[stride])
    weight = found["weight"].astype(np.float32, copy=False)
    return Targets(found["value"], weight, None, found.get("group"), found.get("item"))


def _array(table: pa.Table, field: Field) -> NDArray[np.generic]:
    """Return one column of a shard as an array (rows, length)."""
    column: Any = table.column(field.name).combine_chunks()
    flat = column.flatten() if field.kind == "id" and field.length > 1 else column
    dtype = np.int32 if field.kind == "id" else np.float32
    values: NDArray[np.generic] = flat.to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    return values.reshape(len(table), field.length if field.kind == "id" else 1)
