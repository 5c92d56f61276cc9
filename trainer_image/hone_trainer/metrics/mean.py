"""Figures that are a function of weighted means: most of them.

Sums add up over blocks, pods and segments, so such a figure of a whole needs no pass over the
whole; and its influence follows from the gradient of the function (the delta method).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class Mean(Metric):
    """A function of the weighted means of some parts; without one of its own, the first mean."""

    def parts(self, scored: Scored) -> Floats:
        """Return what is averaged, (units, parts)."""
        raise NotImplementedError

    def of(self, means: Floats) -> float:
        """Return the figure, from the means (parts,)."""
        return float(means[0])

    def gradient(self, means: Floats) -> Floats:
        """Return how the figure moves with each mean, (parts,)."""
        import numpy as np

        gradient: Floats = np.eye(1, len(means))[0]
        return gradient

    def sums(self, scored: Scored) -> Floats:
        """Return the weighted sums of the parts and, last, of the weights: they may be added up."""
        import numpy as np

        return np.append(scored.weight @ self.parts(scored), scored.total)

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        return self.merged(self.sums(scored))

    def merged(self, sums: Floats) -> float:
        """Return the figure from added-up ``sums``."""
        return self.of(sums[:-1] / sums[-1])

    def influence(self, scored: Scored) -> Floats:
        """See ``Metric.influence``."""
        parts = self.parts(scored)
        means = scored.weight @ parts / scored.total
        influence: Floats = (parts - means) @ self.gradient(means)
        return influence
