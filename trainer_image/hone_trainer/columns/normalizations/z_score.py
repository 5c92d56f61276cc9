"""Normalise to mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.line import Line, line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class ZScore(Line):
    """Mean 0, standard deviation 1."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:  # noqa: ARG002
        """Return ``offset`` and ``scale``: mean and standard deviation of all training rows."""
        return line(moments.mean, moments.deviation)
