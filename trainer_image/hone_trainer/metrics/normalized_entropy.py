"""Normalised entropy."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.log_loss import loss
from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class NormalizedEntropy(Mean):
    """Log loss over that of the rows' own base rate, which ads of any click rate may be compared
    by (He et al. 2014): below 1 is better than knowing the rate alone.
    """

    key: ClassVar[str] = "normalizedEntropy"
    title: ClassVar[str] = "normalised entropy"
    higher_is_better: ClassVar[bool] = False
    optimum: ClassVar[float] = 0.0
    limits: ClassVar[tuple[float, float]] = (0.0, inf)
    reads: ClassVar[frozenset[str]] = frozenset({"likelihood", "truth", "probability"})

    def undefined(self, scored: Scored) -> str:
        """A base rate of 0 or 1 has no entropy."""
        from hone_trainer.metrics.auc import Auc

        return Auc().undefined(scored)

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        return np.stack([loss(scored), scored.floats("truth")], axis=1)

    def of(self, means: Floats) -> float:
        """See ``Mean.of``."""
        return float(means[0] / _entropy(means[1]))

    def gradient(self, means: Floats) -> Floats:
        """See ``Mean.gradient``."""
        import numpy as np

        entropy, rate = _entropy(means[1]), means[1]
        slope = np.log((1 - rate) / rate)
        return np.array([1 / entropy, -means[0] * slope / entropy**2])


def _entropy(rate: float) -> float:
    import numpy as np

    return float(-rate * np.log(rate) - (1 - rate) * np.log(1 - rate))
