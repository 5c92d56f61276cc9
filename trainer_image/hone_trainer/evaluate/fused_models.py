"""Members and what became of them, side by side: what each is worth and costs, how alike they err.

Models that are wrong about the same rows have little to give each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Estimate

BATCH = 256
"""Rows of a request of many."""


@dataclass(frozen=True)
class FusedModel:
    """One of the models."""

    name: str
    how: str
    """What made it: ``train``, or ``fuse`` and the fusion."""
    figures: dict[str, Estimate]
    """Of the first target."""
    models: int
    """Of which its answer is made."""
    size_bytes: int
    """Of all weights, in float32."""
    seconds: float | None
    """What making it took, after its members."""
    peak_bytes: int = 0
    """Memory that making it took at most; 0 where nobody looked."""
    row_us: float | None = None
    """Microseconds in which TensorFlow answers one row, the median."""
    batch_us: float | None = None
    """The same for each row of a request of many."""


@dataclass(frozen=True)
class FusedModels:
    """All of them, in the order in which they were made."""

    title: str
    """What the leading figure is called."""
    titles: dict[str, str]
    """Figure -> what it is called."""
    models: tuple[FusedModel, ...]
    alike: tuple[tuple[float | None, ...], ...] = ()
    """(models, models): correlation of what each row adds to the leading figure; None where that is
    not defined."""
