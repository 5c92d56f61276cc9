"""Normalise by median and quartiles, which outliers do not move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.line import along, line
from hone_trainer.columns.normalizations.normalization import Normalization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class Robust(Normalization):
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

    def apply(self, values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
        """See ``Normalization.apply``."""
        scaled: NDArray[np.float64] = along(values, learned)
        return scaled

    @property
    def no_graph(self) -> str:
        """See ``Normalization.no_graph``."""
        return ""

    def graph(self, values: Any, learned: dict[str, Any]) -> Any:
        """See ``Normalization.graph``."""
        return along(values, learned)
