"""Figures of numbers that are built on squared errors: RMSE and R2."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean
from hone_trainer.metrics.metric import Metric

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


class R2(Metric):
    """Share of the variance of the target that is explained: 1 - squared error / variance.

    From deviations, in two passes: of numbers far from 0, squares would cancel out.
    """

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

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        errors, spread = _squares(scored)
        return float(1 - (scored.weight @ errors) / (scored.weight @ spread))

    def influence(self, scored: Scored) -> Floats:
        """See ``Metric.influence``: by the gradient, as of a mean."""
        errors, spread = _squares(scored)
        error, variance = (scored.weight @ each / scored.total for each in (errors, spread))
        pulls: Floats = (error / variance * spread - errors) / variance
        return pulls


def _squares(scored: Scored) -> tuple[Floats, Floats]:
    """Return the squared error of each row, and the squared deviation of its truth."""
    truth, value = scored.floats("truth"), scored.floats("value")
    beyond = truth - truth[:1]
    mean = scored.weight @ beyond / scored.total
    return (value - truth) ** 2, (beyond - mean) ** 2
