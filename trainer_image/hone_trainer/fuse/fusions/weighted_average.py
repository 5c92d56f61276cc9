"""The average of the members' probabilities, weighted on the validation part.

The weights are the mixture proportions of greatest likelihood, found by expectation maximisation
(Dempster, Laird and Rubin 1977). The log loss of a mixture is convex in its proportions, every
step lowers it, stays on the simplex and needs no step size.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.fuse.fusion import Fusion

ROUNDS = 1000
SETTLED = 1e-6
"""Change of the weights, per round, under which more rounds add nothing."""


class WeightedAverage(Fusion):
    """The average of the members' probabilities, weighted by what each is worth on validation."""

    def fit(self, predictions: Any, labels: Any) -> tuple[float, ...]:
        """Minimise the log loss of the average over weights that are not negative and sum to 1."""
        import numpy as np

        # What each member thought of the label that came true.
        likelihood = np.where(labels > 0.5, predictions, 1 - predictions).astype(np.float64)
        likelihood = np.clip(likelihood, 1e-7, 1)
        shares = np.full(len(likelihood), 1 / len(likelihood))
        for _ in range(ROUNDS):
            credit = likelihood / (shares @ likelihood)
            better = shares * credit.mean(axis=1)
            moved = np.abs(better - shares).max()
            shares = better
            if moved < SETTLED:
                break
        return tuple(float(share) for share in shares / shares.sum())
