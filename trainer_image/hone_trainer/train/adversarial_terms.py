"""What an adversarial training is made of, as far as it can be said before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.models import AnyModel
    from hone_trainer.models.stacked import Stacked
    from hone_trainer.store.chunked_array import Array, ChunkedArray


@dataclass(frozen=True)
class Terms:
    """How much each term counts."""

    adversarial: float
    distillation: float
    """Of the members' average; the label counts for the rest."""
    layers: tuple[int, ...]
    """Units of the judge's dense layers."""
    each: bool
    """Whether the judge has to say which member gave an answer, and not only whether one did."""


@dataclass(frozen=True)
class Student:
    """What both students are, and start as."""

    model: AnyModel | Stacked
    given: Mapping[str, Array | ChunkedArray]
    """Name of a weight -> its numbers; the others are drawn, once for both."""
