"""One model that learns from labels and from what the members say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from hone_trainer.fuse.fusion import Fusion
from hone_trainer.fuse.fusions.weighted_average import WeightedAverage
from hone_trainer.models import AnyModel

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Distill(Fusion):
    """One model that learns from labels and from the members' weighted average (Hinton, Vinyals and
    Dean 2015): the best member further, or a smaller one from chance.
    """

    trains: ClassVar[bool] = True

    model: AnyModel | None = None
    """The architecture of a student that starts by chance; the best member goes on learning where
    nothing is said."""
    distillation: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much the members' average counts; labels count for the rest."""
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Passes over the training rows, at most; the best on the validation part is kept."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return the shares of the average that is learned from."""
        return WeightedAverage().fit(answered)
