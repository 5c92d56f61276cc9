"""Mean average precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean
from hone_trainer.metrics.ranking import LISTS

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class MeanAveragePrecision(Mean):
    """Mean over lists of the precision at each relevant item, over all relevant items."""

    key: ClassVar[str] = "map"
    title: ClassVar[str] = "MAP"
    reads: ClassVar[frozenset[str]] = LISTS

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        from hone_trainer.metrics.positions import per_unit, units_of

        unit, better, equal = units_of(scored), scored.floats("better"), scored.floats("equal")
        # Relevant items of a list with the same number above them are tied with each other.
        pairs, which = np.unique(np.stack([unit, better]), axis=1, return_inverse=True)
        which = which.reshape(-1)
        tied = np.bincount(which)
        before = np.cumsum(tied) - tied
        starts = np.searchsorted(pairs[0], np.arange(len(scored)))
        ahead = before - before[np.minimum(starts, len(tied) - 1)][pairs[0].astype(np.int64)]
        precision = _precision(better, equal, ahead[which].astype(float), tied[which] - 1.0)
        return per_unit(scored, precision, scored.sum_by_unit(np.ones(len(unit))))[:, None]


def _precision(better: Floats, equal: Floats, ahead: Floats, tied: Floats) -> Floats:
    """Return the expected precision at the place of each relevant item, (rows,).

    Args:
        better: items above it.
        equal: other items of its tied group.
        ahead: relevant items above it.
        tied: other relevant items of its tied group.
    """
    import numpy as np

    keys = np.stack([better, equal, ahead, tied], axis=1)
    groups, which = np.unique(keys, axis=0, return_inverse=True)
    means = np.empty(len(groups))
    for k, (above, others, hits, beside) in enumerate(groups):
        step = np.arange(others + 1)
        found = hits + 1 + (beside * step / others if others else 0)
        means[k] = (found / (above + step + 1)).mean()
    result: Floats = means[which.reshape(-1)]
    return result
