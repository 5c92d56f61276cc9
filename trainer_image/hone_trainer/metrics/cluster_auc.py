"""AUC within each user."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class ClusterAuc(Metric):
    """Mean of the AUC of each user, weighted by the user's rows (Zhu et al. 2017: GAUC).

    Users with one kind of row only have no order and are left out. A user is a value of the task's
    ``group``.
    """

    key: ClassVar[str] = "aucByGroup"
    title: ClassVar[str] = "AUC per group"
    reads: ClassVar[frozenset[str]] = frozenset({"truth", "probability", "group"})

    def undefined(self, scored: Scored) -> str:
        """It needs a group with rows of both kinds."""
        if not scored.total:
            return super().undefined(scored)
        weights, _ = _by_group(scored)
        return "" if weights.sum() > 0 else "no group has rows of both labels"

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        weights, areas = _by_group(scored)
        return float(weights @ areas / weights.sum())

    def influence(self, scored: Scored) -> Floats:
        """Return each group's pull, spread evenly over its rows: groups are independent."""
        import numpy as np

        weights, areas = _by_group(scored)
        _, place = np.unique(scored.columns["group"], return_inverse=True)
        mean = weights @ areas / weights.sum()
        share = scored.total / weights.sum()
        pulls: Floats = np.where(weights > 0, (areas - mean) * share, 0.0)[place]
        return pulls


def _by_group(scored: Scored) -> tuple[Floats, Floats]:
    """Return the weight and the AUC of each group, ascending; weight 0 where it has none."""
    import numpy as np

    _, place = np.unique(scored.columns["group"], return_inverse=True)
    count = int(place.max()) + 1
    truth = scored.columns["truth"] > 0
    score, weights = scored.floats("probability"), scored.weight
    positive = np.bincount(place, weights * truth, count)
    negative = np.bincount(place, weights * ~truth, count)
    # Rows by group and score; mass of negatives below each, ties half.
    order = np.lexsort((score, place))
    group, ranked = place[order], score[order]
    negatives = (weights * ~truth)[order]
    new = np.append(True, (group[1:] != group[:-1]) | (ranked[1:] != ranked[:-1]))
    tie = np.cumsum(new) - 1
    tied = np.bincount(tie, negatives)
    before = (np.cumsum(tied) - tied)[tie] - (np.cumsum(negative) - negative)[group]
    above = np.bincount(group, (weights * truth)[order] * (before + tied[tie] / 2), count)
    both = (positive > 0) & (negative > 0)
    pairs = positive * negative
    areas = np.divide(above, pairs, out=np.zeros(count), where=both)
    return np.where(both, positive + negative, 0.0), areas
