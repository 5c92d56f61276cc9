"""Figures of numbers that are built on squared errors: RMSE and R2."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

NUMBERS = frozenset({"truth", "value"})


class Rmse(Mean):
    """Root of the mean squared error, in the target's own unit."""

    key: ClassVar[str] = "rmse"
    title: ClassVar[str] = "RMSE"
    higher_is_better: ClassVar[bool] = False
    optimum: ClassVar[float] = 0.0
    limits: ClassVar[tuple[float, float]] = (0.0, inf)
    reads: ClassVar[frozenset[str]] = NUMBERS

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        errors: Floats = scored.floats("value") - scored.floats("truth")
        return (errors**2)[:, None]

    def of(self, means: Floats) -> float:
        """See ``Mean.of``."""
        return float(means[0] ** 0.5)

    def gradient(self, means: Floats) -> Floats:
        """See ``Mean.gradient``."""
        import numpy as np

        return np.array([0.5 / means[0] ** 0.5 if means[0] > 0 else 0.0])


class R2(Mean):
    """Share of the variance of the target that is explained: 1 - squared error / variance."""

    key: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    limits: ClassVar[tuple[float, float]] = (-inf, 1.0)
    reads: ClassVar[frozenset[str]] = NUMBERS

    def undefined(self, scored: Scored) -> str:
        """A target that never varies leaves nothing to explain."""
        truth = scored.floats("truth")[scored.weight > 0]
        if len(truth) and (truth == truth[0]).all():
            return f"the target is {truth[0]:g} in every row"
        return super().undefined(scored)

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        truth, value = scored.floats("truth"), scored.floats("value")
        return np.stack([(value - truth) ** 2, truth**2, truth], axis=1)

    def of(self, means: Floats) -> float:
        """See ``Mean.of``."""
        return float(1 - means[0] / (means[1] - means[2] ** 2))

    def gradient(self, means: Floats) -> Floats:
        """See ``Mean.gradient``."""
        import numpy as np

        variance = means[1] - means[2] ** 2
        ratio = means[0] / variance**2
        return np.array([-1 / variance, ratio, -2 * means[2] * ratio])
