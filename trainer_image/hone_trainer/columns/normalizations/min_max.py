"""Normalise so that the training values span 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.line import Line, line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class MinMax(Line):
    """Smallest value 0, largest 1; later values may lie beyond."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:  # noqa: ARG002
        """Return ``offset``, the minimum, and ``scale``, the range, of all training rows."""
        if not moments.count:
            return line(0.0, 0.0)
        return line(moments.low, moments.high - moments.low)
