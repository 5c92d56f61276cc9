"""Normalise by rank, so that any distribution becomes a plain one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hone_trainer.columns.normalizations.normalization import Normalization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments

KNOTS = 1000
"""Quantiles that are learned: each stands for a thousandth of the rows."""
RAREST = 1e-7
"""Share beyond which a normal distribution is cut off, at 5.2 standard deviations."""


class QuantileMap(Normalization):
    """The share of training rows that are less, or the place of that share in a bell curve."""

    to: Literal["uniform", "normal"] = "uniform"
    """How training values are spread then: evenly from 0 to 1, or normally around 0."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:  # noqa: ARG002
        """Return ``quantiles`` of the sample, from the least to the largest value."""
        import numpy as np

        count = min(KNOTS, len(sample))
        quantiles = np.quantile(sample, np.linspace(0, 1, count)) if count else np.zeros(0)
        # Interpolation may be out of order by the last bit.
        return {"quantiles": np.maximum.accumulate(quantiles).tolist()}

    def apply(self, values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
        """See ``Normalization.apply``; straight between the quantiles, cut off at the ends.

        Equal training values are in the middle of the ranks that they share.
        """
        import numpy as np

        quantiles = np.array(learned["quantiles"], float)
        if not len(quantiles) or quantiles[0] == quantiles[-1]:
            return np.where(np.isnan(values), np.nan, 0.0)
        ranks = np.linspace(0, 1, len(quantiles))
        below = 1 - np.interp(-values, -quantiles[::-1], ranks)
        shares = (np.interp(values, quantiles, ranks) + below) / 2
        if self.to == "uniform":
            return shares
        from statistics import NormalDist

        # The standard library's own, as whoever serves a model has no SciPy; NaN stays NaN.
        places = map(NormalDist().inv_cdf, shares.clip(RAREST, 1 - RAREST).tolist())
        return np.fromiter(places, np.float64, len(shares))

    @property
    def no_graph(self) -> str:
        """See ``Normalization.no_graph``."""
        return ""

    def graph(self, values: Any, learned: dict[str, Any]) -> Any:
        """See ``Normalization.graph``."""
        import numpy as np

        from hone_trainer.backend.keras import tf

        quantiles = np.array(learned["quantiles"], float)
        if not len(quantiles) or quantiles[0] == quantiles[-1]:
            return values - values  # 0, or NaN
        ranks = np.linspace(0, 1, len(quantiles))
        below = 1 - _between(-values, -quantiles[::-1], ranks)
        shares = (_between(values, quantiles, ranks) + below) / 2
        if self.to == "uniform":
            return shares
        return tf.math.ndtri(tf.clip_by_value(shares, RAREST, 1 - RAREST))


def _between(values: Any, at: NDArray[np.float64], heights: NDArray[np.float64]) -> Any:
    """Return what ``np.interp`` does, of a tensor (n,); of equal places the last one counts."""
    import numpy as np

    from hone_trainer.backend.keras import tf

    widths = np.diff(at)
    slopes = np.divide(np.diff(heights), widths, out=np.zeros_like(widths), where=widths > 0)
    last = len(at) - 1
    found = tf.searchsorted(tf.constant(at), values, side="right") - 1
    low = tf.clip_by_value(found, 0, last - 1)
    inside = tf.gather(slopes, low) * (values - tf.gather(at, low)) + tf.gather(heights, low)
    none = values - values  # 0, or NaN; added to a height first, a large value would swallow it
    ends = tf.where(found < 0, heights[0] + none, heights[-1] + none)
    return tf.where((found < 0) | (found >= last), ends, inside)
