"""Mean forecast over mean outcome."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class Bias(Mean):
    """Mean forecast over mean outcome (He et al. 2014 call it calibration): 1 asks the right price
    of an ad, 1.1 a tenth too much.
    """

    key: ClassVar[str] = "bias"
    title: ClassVar[str] = "forecast over outcome"
    limits: ClassVar[tuple[float, float]] = (0.0, inf)
    reads: ClassVar[frozenset[str]] = frozenset({"truth", "probability"})
    chooses: ClassVar[bool] = False

    def undefined(self, scored: Scored) -> str:
        """Nothing happened: no ratio."""
        happened = scored.weight @ scored.floats("truth") if scored.total else 0.0
        return super().undefined(scored) or ("" if happened else "every row has the label 0")

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        return np.stack([scored.floats("probability"), scored.floats("truth")], axis=1)

    def of(self, means: Floats) -> float:
        """See ``Mean.of``."""
        return float(means[0] / means[1])

    def gradient(self, means: Floats) -> Floats:
        """See ``Mean.gradient``."""
        import numpy as np

        return np.array([1 / means[1], -means[0] / means[1] ** 2])
