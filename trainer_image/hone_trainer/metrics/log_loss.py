"""Log loss."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

CLIP = 1e-7
"""Likelihoods are kept this far from 0, as Keras does, so that no row costs infinity."""


class LogLoss(Mean):
    """Mean negative log likelihood of what came true, in nats."""

    key: ClassVar[str] = "logLoss"
    title: ClassVar[str] = "log loss"
    higher_is_better: ClassVar[bool] = False
    optimum: ClassVar[float] = 0.0
    limits: ClassVar[tuple[float, float]] = (0.0, inf)
    reads: ClassVar[frozenset[str]] = frozenset({"likelihood"})

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        return loss(scored)[:, None]


def loss(scored: Scored) -> Floats:
    """Return the negative log likelihood of each unit, in nats."""
    import numpy as np

    losses: Floats = -np.log(np.clip(scored.floats("likelihood"), CLIP, 1.0))
    return losses
