"""From cleaned rows to what a model reads: learned once, used by training and by serving.

It is data, not code: the columns as the user wrote them and what each has learned, as JSON. The
long lists, vocabularies, are in a file of their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from hone_trainer.columns import Column
from hone_trainer.dataset import Field, Schema
from hone_trainer.plain_names import plain_names
from hone_trainer.preparation.block import Block
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    from hone_trainer.manifest import Manifest
    from hone_trainer.store import ArtifactStore

TRANSFORM, VOCABULARIES = "transform.json", "vocabularies.json"
_COLUMNS = TypeAdapter(tuple[Column, ...])


@dataclass(frozen=True)
class Transform:
    """Columns and what each has learned; can be pickled."""

    columns: tuple[Column, ...]
    learned: dict[str, dict[str, Any]]
    """Column -> JSON values."""

    @property
    def schema(self) -> Schema:
        """The fields that a model reads, under plain names."""
        fields = self._fields()
        names = [field.name for field in fields]
        if twice := next((name for name in names if names.count(name) > 1), None):
            message = f"prepare.columns make two fields of the name {twice!r}"
            raise StageFailure("NameTaken", f"{message}: rename a column of the source")
        plain = plain_names(names)
        return Schema(fields=tuple(f.model_copy(update={"name": plain[f.name]}) for f in fields))

    def encode(
        self, block: Block, ready: dict[str, NDArray[np.int32]] | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Give plain field name -> ids (n, length) int32, numbers (n,) float32, label (n,) int8.

        Args:
            block: cleaned rows. The label may be missing from it where nobody knows it yet.
            ready: (n, length) ids of the columns that are made of other rows: sequences.
        """
        plain = plain_names(field.name for field in self._fields())
        encoded: dict[str, NDArray[np.generic]] = {}
        for column in self.columns:
            if column.kind == "label" and column.name not in block.table.column_names:
                continue
            if column.value.derived:
                found = {column.name: (ready or {})[column.name]}
            else:
                found = column.value.encode(column.name, block, self.learned[column.name])
            encoded |= {plain[name]: values for name, values in found.items()}
        return encoded

    def ids(self, name: str, block: Block) -> NDArray[np.int32]:
        """Give (n,) the ids of a column with one id per row."""
        column = next(column for column in self.columns if column.name == name)
        ids: NDArray[np.int32] = column.value.encode(name, block, self.learned[name])[name][:, 0]
        return ids

    def save(self) -> dict[str, bytes]:
        """Give the files: name -> JSON."""
        known = {name: v["known"] for name, v in self.learned.items() if "known" in v}
        rest = {name: _without_known(values) for name, values in self.learned.items()}
        columns = [column.dump() for column in self.columns]
        return {
            TRANSFORM: _json({"version": 1, "columns": columns, "learned": rest}),
            VOCABULARIES: _json(known),
        }

    @classmethod
    def load(cls, store: ArtifactStore, manifest: Manifest) -> Transform:
        """Read what a prepare stage committed."""
        saved = json.loads(store.fetch(manifest.file(TRANSFORM)))
        known = json.loads(store.fetch(manifest.file(VOCABULARIES)))
        learned = {
            name: values | ({"known": known[name]} if name in known else {})
            for name, values in saved["learned"].items()
        }
        return cls(_COLUMNS.validate_python(saved["columns"]), learned)

    def _fields(self) -> list[Field]:
        return [
            field
            for column in self.columns
            for field in column.value.fields(column.name, self._of(column))
        ]

    def _of(self, column: Column) -> dict[str, Any]:
        """Give what a column learned; a sequence has the ids of the column that it is made of."""
        return self.learned[column.value.of if column.value.derived else column.name]


def _without_known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "known"}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
