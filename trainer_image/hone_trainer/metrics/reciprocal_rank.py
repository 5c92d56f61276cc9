"""Mean reciprocal rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean
from hone_trainer.metrics.ranking import LISTS

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class Mrr(Mean):
    """Mean reciprocal rank of the first relevant item (Voorhees 1999)."""

    key: ClassVar[str] = "mrr"
    title: ClassVar[str] = "MRR"
    reads: ClassVar[frozenset[str]] = LISTS

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        from hone_trainer.metrics.positions import units_of

        unit, better = units_of(scored), scored.floats("better")
        best = np.full(len(scored), np.inf)
        np.minimum.at(best, unit, better)
        first = better == best[unit]
        # Relevant items of the best tied group, and its size.
        relevant = np.bincount(unit[first], minlength=len(scored))
        size = np.zeros(len(scored))
        size[unit[first]] = scored.floats("equal")[first] + 1
        ranks = np.zeros(len(scored))
        there = np.isfinite(best)
        ranks[there] = _first_of(best[there], size[there], relevant[there])
        return ranks[:, None]


def _first_of(better: Floats, size: Floats, relevant: Floats) -> Floats:
    """Return the expected reciprocal of the first relevant place in a tied group, (units,).

    The first of r relevant places among s is j with chance C(s - j, r - 1) / C(s, r); told apart by
    distinct groups, as most are alike.
    """
    import numpy as np

    groups, which = np.unique(
        np.stack([better, size, relevant], axis=1), axis=0, return_inverse=True
    )
    means = np.empty(len(groups))
    for k, (above, many, hits) in enumerate(groups):
        places = np.arange(1, int(many - hits) + 2)
        # C(s - j, r - 1) / C(s, r) = r / s at j = 1; each next is (s - j - r + 1) / (s - j) of it.
        falls = (many - places[:-1] - hits + 1) / (many - places[:-1])
        chances = hits / many * np.concatenate([[1.0], np.cumprod(falls)])
        means[k] = (chances / (above + places)).sum()
    result: Floats = means[which.reshape(-1)]
    return result
