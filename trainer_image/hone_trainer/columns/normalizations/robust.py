"""Normalise by median and quartiles, which outliers do not move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.line import Line, line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class Robust(Line):
    """Median 0, and 1 between the quartiles: for columns with outliers that are to stay."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:
        """Return ``offset``, the median, and ``scale``, the interquartile range, of the sample.

        Where half of the values are the same there is no such range: the standard deviation stands
        in for it.
        """
        import numpy as np

        if not len(sample):
            return line(0.0, 0.0)
        low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75]).tolist()
        return line(middle, high - low or moments.deviation)
