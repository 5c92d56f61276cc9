"""How a fused network is trained, as a user says it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.train.optimizers import AnyOptimizer
from hone_trainer.train.optimizers.adam import Adam
from hone_trainer.train.strategies import AnyStrategy
from hone_trainer.train.strategies.single_device import SingleDevice

EVEN = "batchSize must be a multiple of strategy.multiWorkerMirrored.workers"


class FineTune(Spec):
    """All members trained further, together, on all training rows."""

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 5
    """Passes over the training rows, at most; the best on the validation part is kept."""
    rate_factor: Annotated[float, Field(gt=0, le=1)] = 0.1
    """What the optimizer's learning rate is multiplied by: what members know is to be kept."""


class Tuning(Spec):
    """How dense layers on top of members, and members, are trained."""

    rules = (
        Rule(
            "!has(self.strategy.multiWorkerMirrored)"
            " || !has(self.batchSize)"
            " || self.batchSize % self.strategy.multiWorkerMirrored.workers == 0",
            EVEN,
        ),
    )

    strategy: AnyStrategy = AnyStrategy(single_device=SingleDevice())
    """How it is spread over devices and pods."""
    optimizer: AnyOptimizer = AnyOptimizer(adam=Adam())
    """How weights follow gradients."""
    batch_size: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Rows per step, over all workers together; as in ``train`` where nothing is said."""
    patience: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """End it that has not become better on the validation part for so many epochs; as in ``train``
    where nothing is said."""

    @model_validator(mode="after")
    def _even(self) -> Self:
        if self.batch_size and self.batch_size % self.strategy.value.replicas():
            raise ValueError(EVEN)
        return self
