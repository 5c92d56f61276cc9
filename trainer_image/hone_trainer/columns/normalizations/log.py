"""Normalise orders of magnitude: for prices, counts, durations, whose tails are long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.line import along, line
from hone_trainer.columns.normalizations.normalization import Normalization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class Log(Normalization):
    """Logarithm of 1 + value, mirrored for negative ones; then mean 0, standard deviation 1."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:  # noqa: ARG002
        """Return ``offset`` and ``scale``: mean and deviation of the sample's logarithms."""
        from hone_trainer.rows.running_stats import Moments

        found = Moments.of(_log(sample))
        return line(found.mean, found.deviation)

    def apply(self, values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
        """See ``Normalization.apply``."""
        scaled: NDArray[np.float64] = along(_log(values), learned)
        return scaled

    @property
    def no_graph(self) -> str:
        """See ``Normalization.no_graph``."""
        return ""

    def graph(self, values: Any, learned: dict[str, Any]) -> Any:
        """See ``Normalization.graph``."""
        from hone_trainer.backend.keras import tf

        return along(tf.sign(values) * tf.math.log1p(tf.abs(values)), learned)


def _log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.copysign(np.log1p(np.abs(values)), values)
