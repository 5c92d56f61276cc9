"""From rows to what a model reads: learned once, used by training and by serving.

It is data, not code: the cleaning steps and the columns as the user wrote them, and what each has
learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.clean import AnyCleaning
from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.block import Block, Form
from hone_trainer.rows.field import Field
from hone_trainer.rows.plain_names import plain_names


@dataclass(frozen=True)
class Step:
    """A cleaning step that judges every row by itself, and what it has learned."""

    step: AnyCleaning
    learned: Any


@dataclass(frozen=True)
class Transform:
    """Columns, steps, and what each has learned; can be pickled."""

    columns: tuple[Column, ...]
    learned: dict[str, dict[str, Any]]
    """Column -> JSON values."""
    targets: tuple[Target, ...] = ()
    """What is predicted."""
    rows: int = 0
    """Training rows."""
    withheld: Mapping[str, float] = field(default_factory=dict)
    """Field -> share of its ids that training takes for unseen."""
    steps: tuple[Step, ...] = ()
    """In the order of cleaning."""
    absent: Mapping[str, Form] = field(default_factory=dict)
    """Columns that tasks read and cleaning may: rows that are served have none of them."""
    examples: tuple[dict[str, Any], ...] = ()
    """A few training rows as they came in, JSON values."""

    @cached_property
    def schema(self) -> Schema:
        """The fields that a model reads, under plain names, and what it predicts."""
        names = [field.name for field in self._fields]
        if twice := next((name for name in names if names.count(name) > 1), None):
            message = f"prepare.columns make two fields of the name {twice!r}"
            raise StageFailure("NameTaken", f"{message}: rename a column of the source")
        renamed = tuple(
            f.model_copy(
                update={
                    "name": name,
                    "of": self.plain.get(f.of, ""),
                    "like": self.plain.get(f.like, ""),
                    "withheld": self.withheld.get(name, 0.0),
                }
            )
            for f in self._fields
            for name in (self.plain[f.name],)
        )
        return Schema(fields=renamed, targets=self.targets, rows=self.rows)

    def _answers(self, column: Column) -> str:
        """Return the target whose keys are the ids of a sequence, the first ones of its vocabulary;
        empty where there is none.
        """
        known: list[str] = self.learned_of(column).get("known", []) if column.value.derived else []
        for target in self.targets if known else ():
            keys = target.facts.keys[: target.facts.known]
            if target.how.label == column.value.of and tuple(known[: len(keys)]) == keys:
                return target.name
        return ""

    @cached_property
    def read(self) -> tuple[Column, ...]:
        """The columns of which a model reads something."""
        return tuple(c for c in self.columns if c.value.fields(c.name, self.learned_of(c)))

    def encode(
        self, block: Block, ready: dict[str, NDArray[np.int32]] | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Return plain field name -> ids (n, length) int32, or numbers (n,) float32.

        Args:
            block: cleaned rows.
            ready: (n, length) ids of the columns that are made of other rows: sequences.
        """
        plain = self.plain
        encoded: dict[str, NDArray[np.generic]] = {}
        for column in self.read:
            if column.value.derived:
                found = {column.name: (ready or {})[column.name]}
            else:
                found = column.value.encode(column.name, block, self.learned_of(column))
            encoded |= {plain[name]: values for name, values in found.items()}
        return encoded

    def losses(self, block: Block) -> dict[str, dict[str, float]]:
        """Say what of cleaned rows no model gets to see: column -> what is lost -> its share."""
        given = (column for column in self.read if not column.value.derived)
        found = {c.name: c.value.losses(c.name, block, self.learned_of(c)) for c in given}
        return {name: shares for name, shares in found.items() if shares}

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

    def ids(self, name: str, block: Block) -> NDArray[np.int32]:
        """Return (n,) the ids of a column with one id per row."""
        column = next(column for column in self.columns if column.name == name)
        ids: NDArray[np.int32] = column.value.encode(name, block, self.learned[name])[name][:, 0]
        return ids

    def learned_of(self, column: Column) -> dict[str, Any]:
        """Return what a column learned, or the one whose ids it has."""
        return self.learned[column.value.borrows or column.name]

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return tuple(
            field.model_copy(
                update={
                    "answers": self._answers(column),
                    "of": getattr(column.value, "of", ""),
                    "vocabulary": self._vocabulary(column, field),
                }
            )
            for column in self.columns
            for field in column.value.fields(column.name, self.learned_of(column))
        )

    def _vocabulary(self, column: Column, field: Field) -> str:
        """Return the column that learned what the ids of a field stand for; see ``Field``."""
        given = field.kind != "id" or field.hashed or field.pieces
        known = not given and "known" in self.learned_of(column)
        return (column.value.borrows or column.name) if known else ""

    @cached_property
    def plain(self) -> dict[str, str]:
        """Name of a field -> what the model calls it."""
        return plain_names(field.name for field in self._fields)
