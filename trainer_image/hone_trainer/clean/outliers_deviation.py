"""Outliers by their distance from the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.clean.outliers_method import OutlierMethod, beyond

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.clean.outliers_method import Bounds, Values

ROUNDS = 10


class DeviationOutliers(OutlierMethod):
    """More than so many standard deviations from the mean.

    Outliers widen the very deviation that should find them; so mean and deviation are taken again
    without what they leave outside, until nothing changes, at most 10 times (sigma clipping). For
    columns with one hump: of one with a long tail this eats the tail, unless the factor is larger.
    """

    factor: Annotated[float, Field(ge=1, le=100)] = 3
    """Standard deviations from the mean that are still good."""

    def learn(self, values: Values, seed: int) -> dict[str, Bounds]:  # noqa: ARG002
        """Return the bounds of each column."""
        return {name: self._bounds(each) for name, each in values.items()}

    def _bounds(self, values: NDArray[np.float64]) -> Bounds:
        import numpy as np

        inside = values[np.isfinite(values)]
        bounds = -np.inf, np.inf
        for _ in range(ROUNDS):
            if not len(inside):
                break
            bounds = _spread(inside, self.factor)
            good = ~beyond(inside, bounds)
            if good.all():
                break
            inside = inside[good]
        return bounds


def _spread(values: NDArray[np.float64], factor: float) -> Bounds:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low, high  # exactly: a rounded mean could leave every row outside
    # On a scale of 1, so that squares of a stray 1e300 are numbers.
    scale = max(abs(low), abs(high))
    on_scale = values / scale
    mean, reach = float(on_scale.mean()), factor * float(on_scale.std())
    return (mean - reach) * scale, (mean + reach) * scale
