"""Which rows are kept out of training, and how many."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.splits import AnySplitting
from hone_trainer.splits.random import RandomSplit

Share = Annotated[float, Field(gt=0, le=0.5)]


class Split(Spec):
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
    by: AnySplitting = AnySplitting(random=RandomSplit())
    """Which row goes where."""

    @model_validator(mode="after")
    def _leaves_rows(self) -> Self:
        if self.validation + self.test >= 1.0:
            raise ValueError("validation and test must leave rows to train on")
        return self
