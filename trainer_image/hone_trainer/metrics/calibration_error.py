"""Expected calibration error."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

BINS = 15


class CalibrationError(Metric):
    """How far probabilities lie from what came true: the mean distance over 15 bins of equal weight
    (Naeini, Cooper and Hauskrecht 2015; bins by mass as in Nixon et al. 2019). Equal probabilities
    stay in one bin. It has no interval: a bin's distance is biased upwards by chance.
    """

    key: ClassVar[str] = "calibrationError"
    title: ClassVar[str] = "calibration error"
    higher_is_better: ClassVar[bool] = False
    optimum: ClassVar[float] = 0.0
    reads: ClassVar[frozenset[str]] = frozenset({"forecast", "outcome"})
    chooses: ClassVar[bool] = False

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        weight, forecast, outcome = curve(scored)
        return float(weight @ abs(forecast - outcome) / weight.sum())

    def influence(self, scored: Scored) -> None:  # noqa: ARG002
        """See ``Metric.influence``."""
        return


def curve(scored: Scored, bins: int = BINS, of: str = "forecast") -> tuple[Floats, Floats, Floats]:
    """Return weight, mean forecast and mean outcome of each bin that is not empty, (bins,) each.

    Args:
        scored: with the column ``outcome``.
        bins: how many there are.
        of: the column of the forecast.
    """
    import numpy as np

    from hone_trainer.metrics.bins import places

    forecast, weights = scored.floats(of), scored.weight
    place = places(forecast, weights, bins)
    sums = [
        np.bincount(place, weights * factor, bins)
        for factor in (1.0, forecast, scored.floats("outcome"))
    ]
    full = sums[0] > 0
    total, forecasts, outcomes = (each[full] for each in sums)
    return total, forecasts / total, outcomes / total
