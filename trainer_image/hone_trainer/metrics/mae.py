"""Mean absolute error."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean
from hone_trainer.metrics.squared_errors import NUMBERS

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class Mae(Mean):
    """Mean absolute error, in the target's own unit."""

    key: ClassVar[str] = "mae"
    title: ClassVar[str] = "MAE"
    higher_is_better: ClassVar[bool] = False
    optimum: ClassVar[float] = 0.0
    limits: ClassVar[tuple[float, float]] = (0.0, inf)
    reads: ClassVar[frozenset[str]] = NUMBERS

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        errors: Floats = abs(scored.floats("value") - scored.floats("truth"))
        return errors[:, None]
