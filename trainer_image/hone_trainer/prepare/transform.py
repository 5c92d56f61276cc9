"""From cleaned rows to what a model reads: learned once, used by training and by serving.

It is data, not code: the columns as the user wrote them and what each has learned, as JSON. The
long lists, vocabularies, are in a file of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.dataset.dataset import TRANSFORM, VOCABULARIES
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import Field
from hone_trainer.rows.plain_names import plain_names
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.manifest import parse

_COLUMNS = TypeAdapter(tuple[Column, ...])


@dataclass(frozen=True)
class Transform:
    """Columns and what each has learned; can be pickled."""

    columns: tuple[Column, ...]
    learned: dict[str, dict[str, Any]]
    """Column -> JSON values."""
    targets: tuple[Target, ...] = ()
    """What is predicted; whoever serves the model needs none."""
    rows: int = 0
    """Training rows."""
    withheld: Mapping[str, float] = field(default_factory=dict)
    """Field -> share of its ids that training takes for unseen."""

    @property
    def schema(self) -> Schema:
        """The fields that a model reads, under plain names, and what it predicts."""
        fields = self._fields()
        names = [field.name for field in fields]
        if twice := next((name for name in names if names.count(name) > 1), None):
            message = f"prepare.columns make two fields of the name {twice!r}"
            raise StageFailure("NameTaken", f"{message}: rename a column of the source")
        plain = plain_names(names)
        renamed = tuple(
            f.model_copy(update={"name": name, "withheld": self.withheld.get(name, 0.0)})
            for f in fields
            for name in (plain[f.name],)
        )
        return Schema(fields=renamed, targets=self.targets, rows=self.rows)

    def encode(
        self, block: Block, ready: dict[str, NDArray[np.int32]] | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Return plain field name -> ids (n, length) int32, or numbers (n,) float32.

        Args:
            block: cleaned rows.
            ready: (n, length) ids of the columns that are made of other rows: sequences.
        """
        plain = plain_names(field.name for field in self._fields())
        encoded: dict[str, NDArray[np.generic]] = {}
        for column in self.columns:
            if not self.reads(column):
                continue
            if column.value.derived:
                found = {column.name: (ready or {})[column.name]}
            else:
                found = column.value.encode(column.name, block, self.learned[column.name])
            encoded |= {plain[name]: values for name, values in found.items()}
        return encoded

    def encode_targets(self, block: Block) -> dict[str, NDArray[Any]]:
        """Return what is to be predicted of cleaned rows, and how much each counts.

        Returns:
            Names of ``Target`` -> arrays of n rows.

        Raises:
            StageFailure: BadLabel, BadWeight.
        """
        encoded: dict[str, NDArray[Any]] = {}
        for target in self.targets:
            values, weight = target.how.encode(block, target.facts)
            encoded |= {target.value_column: values, target.weight_column: weight}
            beside = target.how.beside(block, target.facts)
            encoded |= {target.column(name): values for name, values in beside.items()}
        return encoded

    def inputs(self, rows: Any) -> dict[str, NDArray[np.generic]]:
        """Return what a model reads of new rows: ids (n, length) int32, numbers (n, 1) float32.

        Args:
            rows: a data frame, an Arrow table, a list of dicts, or a dict of lists, with the
                columns that training read, cleaned as they were. A sequence is a list of ids, the
                last one the latest. Other columns are passed over.

        Raises:
            StageFailure: ColumnNotFound, WrongColumnKind, MissingValues, BadNumber, BadTime, …
        """
        from hone_trainer.prepare.new_rows import histories, to_block

        mine = tuple(each for each in self.columns if self.reads(each))
        block = to_block(rows, [column for column in mine if not column.value.derived])
        ready = {c.name: histories(rows, c, self._of(c)) for c in mine if c.value.derived}
        encoded = self.encode(block, ready)
        for name, values in encoded.items():
            if values.ndim > 1:
                continue
            if (gaps := np.isnan(values)).any():
                message = f"row {np.flatnonzero(gaps)[0] + 1} has no {name!r}"
                raise StageFailure("MissingValues", f"{message}: fill it as prepare.clean did")
            encoded[name] = values.reshape(-1, 1)
        return encoded

    def ids(self, name: str, block: Block) -> NDArray[np.int32]:
        """Return (n,) the ids of a column with one id per row."""
        column = next(column for column in self.columns if column.name == name)
        ids: NDArray[np.int32] = column.value.encode(name, block, self.learned[name])[name][:, 0]
        return ids

    def save(self) -> dict[str, bytes]:
        """Return the files: name -> JSON."""
        known = {name: v["known"] for name, v in self.learned.items() if "known" in v}
        rest = {name: _without_known(values) for name, values in self.learned.items()}
        columns = [column.dump() for column in self.columns]
        return {
            TRANSFORM: _json({"version": 1, "columns": columns, "learned": rest}),
            VOCABULARIES: _json(known),
        }

    @classmethod
    def load(cls, uri: str, endpoint: str | None = None, region: str | None = None) -> Transform:
        """Read what a prepare stage committed.

        Args:
            uri: its manifest, beside which its files lie: a path, or an object of a bucket.
            endpoint: an S3 server that is not the cloud's own.
            region: the server's, or the cloud's.
        """
        folder, _, name = uri.rpartition("/")
        store = open_store(Store(uri=folder or ".", endpoint=endpoint, region=region))
        manifest = parse(store.get(name), uri)
        saved, known = (
            json.loads(store.fetch(file.model_copy(update={"uri": store.uri(file.name)})))
            for file in (manifest.file(TRANSFORM), manifest.file(VOCABULARIES))
        )
        learned = {
            name: values | ({"known": known[name]} if name in known else {})
            for name, values in saved["learned"].items()
        }
        return cls(_COLUMNS.validate_python(saved["columns"]), learned)

    def reads(self, column: Column) -> bool:
        """Say whether a model reads anything of a column."""
        return bool(column.value.fields(column.name, self._of(column)))

    def _fields(self) -> list[Field]:
        return [
            field
            for column in self.columns
            for field in column.value.fields(column.name, self._of(column))
        ]

    def _of(self, column: Column) -> dict[str, Any]:
        """Return what a column learned; a sequence has the ids of the column that it is made of."""
        return self.learned[column.value.of if column.value.derived else column.name]


def _without_known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "known"}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
