"""A behaviour vector through ReLU layers: what was met, in no order, and what follows from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hone_trainer.models.generic.dense import Dense
from hone_trainer.models.generic.widths import Units


class Behaviour(Dense):
    """What a user has met as one vector, beside other ids and numbers, through ReLU layers; heads
    read the last of them alone. With ``nextItem``, whose answer is a softmax over items, the case
    model.
    """

    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] | None = (512, 256)
    """Units of each layer."""
    wide: bool = False
    """Whether heads read the vectors past the layers too."""
