"""A student that learns from all members until nobody can tell who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from hone_trainer.fuse.fusion import Fusion
from hone_trainer.fuse.fusions.weighted_average import WeightedAverage
from hone_trainer.models.generic.widths import Units

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Adversarial(Fusion):
    """One model of the size of a member, which starts as the best of them, or by chance, and learns
    from labels, from the members' average (Hinton et al. 2015), and against a judge that tells its
    answers from theirs. A second student learns the same without the judge, and both figures are
    told.
    """

    trains: ClassVar[bool] = True

    weight: Annotated[float, Field(ge=0, le=100)] = 0.1
    """How much it counts that the judge is wrong."""
    distillation: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much the members' average counts; labels count for the rest."""
    judge: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] = (64,)
    """Units of each of the judge's dense layers. It sees the answer, and what members made of the
    row."""
    each: bool = False
    """Whether the judge has to say which member gave an answer, and not only whether one did."""
    student: Annotated[int, Field(ge=0, le=255)] | None = None
    """Number of the member whose architecture and weights the student starts with; the best one on
    the validation part where nothing is said."""
    fresh: bool = False
    """Whether the student has the member's architecture alone, and starts by chance: where members
    know little, each of its part of the rows. Give it as many epochs as a ``train`` stage."""
    warm_up: Annotated[int, Field(ge=0, le=100)] = 1
    """Epochs first in which the judge alone is trained."""
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Passes over the training rows after these, at most; the best on the validation part is
    kept."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return the shares of the average that is learned from."""
        return WeightedAverage().fit(answered)
