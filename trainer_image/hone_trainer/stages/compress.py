"""Compress: a model to a smaller one, within a budget of accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from hone_trainer.stage import Product, Stage
from hone_trainer.techniques import AnyTechnique
from hone_trainer.words import Words

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.task import Report


class Budget(Words):
    """What compression may cost, measured on the validation part."""

    metric: Literal["accuracy", "auc"] = "accuracy"
    """The figure that is watched."""
    max_drop: Annotated[float, Field(ge=0, le=1)] = 0.005
    """How far it may fall below that of the model that came in."""


class Candidate(Words):
    """Techniques that are applied one after the other."""

    techniques: Annotated[tuple[AnyTechnique, ...], Field(min_length=1, max_length=8)]
    """Techniques, in this order."""


class Compress(Stage):
    """A model to the best of several smaller ones, within a budget of accuracy."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"

    budget: Budget = Budget()
    """What compression may cost."""
    candidates: Annotated[tuple[Candidate, ...], Field(min_length=1, max_length=64)]
    """What is tried."""
    prefer: Literal["size", "latency"] = "size"
    """What makes a candidate within the budget the best one."""
