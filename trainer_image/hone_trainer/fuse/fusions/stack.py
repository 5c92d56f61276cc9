"""Concatenation and dense layers: what all members have made of a row, put together anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from hone_trainer.fuse.fusion import Fusion
from hone_trainer.fuse.fusions.vote import equal
from hone_trainer.models.generic.widths import Units

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Stack(Fusion):
    """The members' vectors side by side, through dense layers that correct the average of their
    answers (stacking, Wolpert 1992). It starts at that average, exactly; the members stay as they
    are, until ``fineTune`` trains them too.
    """

    trains: ClassVar[bool] = True

    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] = (64,)
    """Units of each dense layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of units dropped after each of them while training."""
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Passes over the rows, at most, while the members stay as they are; ``tuning.patience`` ends
    most before."""
    rows: Literal["validation", "training"] | None = None
    """What it learns on. The validation part: rows that no member was trained on, of which a fifth
    chooses the epoch and judges. Or the training part, of which members know by heart what they
    were trained on. Where nothing is said, the first, and the second where ``fineTune`` follows."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return equal shares: where it starts."""
        return equal(answered)
