"""Prepare: raw rows to a clean, normalised, split data set.

The split comes first, so that whatever is learned afterwards (fill values, scales, vocabularies)
is learned on training rows only and nothing of the held-out rows leaks into them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from hone_trainer.cleaning import AnyCleaning
from hone_trainer.columns import Column
from hone_trainer.sources import AnySource
from hone_trainer.stage import Product, Stage
from hone_trainer.words import Rule, Words

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.task import Report

Share = Annotated[float, Field(gt=0, le=0.5)]


class Split(Words):
    """Shares of the rows that are kept out of training."""

    rules = (
        Rule(
            "self.validation + self.test < 1.0",
            "validation and test must leave rows to train on",
        ),
    )

    validation: Share = 0.1
    """Share for choosing: epochs, weights of a fusion, the compression candidate."""
    test: Share = 0.1
    """Share for the final figures, seen by nothing else."""

    @model_validator(mode="after")
    def _leaves_rows(self) -> Self:
        if self.validation + self.test >= 1.0:
            raise ValueError("validation and test must leave rows to train on")
        return self


class Prepare(Stage):
    """Raw rows to a clean, normalised, split data set."""

    makes: ClassVar[Product | None] = "dataset"
    rules = (
        Rule(
            "self.columns.filter(c, has(c.label)).size() == 1",
            "columns: exactly one must be the label",
        ),
        Rule(
            "self.columns.all(c, self.columns.filter(d, d.name == c.name).size() == 1)",
            "columns: every name must be used once",
        ),
    )

    source: AnySource
    """Where the raw rows come from."""
    columns: Annotated[tuple[Column, ...], Field(min_length=2, max_length=64)]
    """The columns that take part; others are left out."""
    clean: Annotated[tuple[AnyCleaning, ...], Field(max_length=16)] = ()
    """Cleaning steps, in this order."""
    split: Split = Split()
    """Shares of the rows that are kept out of training."""

    @model_validator(mode="after")
    def _one_label(self) -> Self:
        if sum(column.kind == "label" for column in self.columns) != 1:
            raise ValueError("columns: exactly one must be the label")
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError("columns: every name must be used once")
        return self

    def run(self, ctx: Context) -> Report:
        """Read, split, clean, encode, write the shards."""
        from hone_trainer.preparation import prepare

        return prepare(self, ctx)
