"""Area under the ROC curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

EXACT = 20_000_000
"""Rows up to which ranks are exact; above, probabilities are rounded to 2^-16 and ties count half:
the sort would take gigabytes."""


class Auc(Metric):
    """Area under the ROC curve: the chance that a positive row ranks above a negative one."""

    key: ClassVar[str] = "auc"
    title: ClassVar[str] = "AUC"
    reads: ClassVar[frozenset[str]] = frozenset({"truth", "probability"})

    def undefined(self, scored: Scored) -> str:
        """One class alone has no order to be right about."""
        labels = scored.columns["truth"][scored.weight > 0] > 0
        if len(labels) and (labels == labels[0]).all():
            return f"every row has the label {int(labels[0])}"
        return super().undefined(scored)

    def value(self, scored: Scored) -> float:
        """Compute it by ranks (Mann and Whitney 1947); ties count one half."""
        positive, above, _ = _placements(scored)
        weights = scored.weight[positive]
        return float(above @ weights / weights.sum())

    def influence(self, scored: Scored) -> Floats:
        """Return the placements of DeLong, DeLong and Clarke-Pearson (1988), per unit of weight."""
        import numpy as np

        positive, above, below = _placements(scored)
        weights = scored.weight
        p, n = weights[positive].sum(), weights[~positive].sum()
        area = above @ weights[positive] / p
        pulls = np.empty(len(scored))
        pulls[positive] = (above - area) * (p + n) / p
        pulls[~positive] = (below - area) * (p + n) / n
        return pulls


def _placements(scored: Scored) -> tuple[Floats, Floats, Floats]:
    """Return which rows are positive; for each of them the share of negatives below it; and for
    each negative the share of positives above it.
    """
    import numpy as np

    from hone_trainer.metrics.ranks import share_below

    positive = scored.columns["truth"] > 0
    score = scored.floats("probability")
    if len(score) > EXACT:
        score = np.round(score * 2**16)
    weights = scored.weight
    above = share_below(score[positive], score[~positive], weights[~positive])
    below = 1 - share_below(score[~positive], score[positive], weights[positive])
    return positive, above, below
