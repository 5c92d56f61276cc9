"""Evaluate: the figures of the model on the test part, and the gates they must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.stage import Product, Stage
from hone_trainer.words import Rule, Words

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.task import Report


class Gate(Words):
    """A bound that a figure must keep."""

    rules = (Rule("has(self.atLeast) != has(self.atMost)", "set exactly one of atLeast, atMost"),)

    metric: Literal["accuracy", "auc", "logLoss"]
    """The figure."""
    at_least: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Its lower bound."""
    at_most: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Its upper bound."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("set exactly one of atLeast, atMost")
        return self


class Evaluate(Stage):
    """The figures of the model on the test part, and the gates they must pass."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")

    require: Annotated[tuple[Gate, ...], Field(max_length=16)] = ()
    """Gates: the job fails where one is not passed."""
