"""Macro F1."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class MacroF1(Metric):
    """Mean over the classes of the harmonic mean of precision and recall.

    Classes that occur neither in the truth nor among the decisions have no F1 and are left out, as
    scikit-learn does; all classes that training has never seen are one, whose F1 is 0.
    """

    key: ClassVar[str] = "macroF1"
    title: ClassVar[str] = "macro F1"
    reads: ClassVar[frozenset[str]] = frozenset({"truth", "decision", "likelihood"})

    def sums(self, scored: Scored) -> Floats:
        """Return the weight hit, true and decided per class, (3, classes + 1); they add up."""
        import numpy as np

        truth, decision, size = _codes(scored)
        hit = np.bincount(truth, scored.weight * (truth == decision), size)
        return np.stack(
            [hit, *(np.bincount(each, scored.weight, size) for each in (truth, decision))]
        )

    def merged(self, sums: Floats) -> float:
        """Return the figure from added-up ``sums``."""
        hit, true, decided = sums[:, sums[1] + sums[2] > 0]
        return float((2 * hit / (true + decided)).mean())

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        return self.merged(self.sums(scored))

    def influence(self, scored: Scored) -> Floats:
        """See ``Metric.influence``."""
        import numpy as np

        truth, decision, size = _codes(scored)
        hit, true, decided = self.sums(scored) / scored.total
        both = true + decided
        known = both > 0
        per_hit, per_one = np.zeros(size), np.zeros(size)
        per_hit[known] = 2 / both[known] / known.sum()
        per_one[known] = -2 * hit[known] / both[known] ** 2 / known.sum()
        # Twice the hits over both is of degree 0 in the means, so its mean influence is 0 as it is.
        influence: Floats = per_hit[truth] * (truth == decision) + per_one[truth]
        return influence + per_one[decision]


def _codes(scored: Scored) -> tuple[Floats, Floats, int]:
    """Return truth and decision as places, unseen ones last, and the number of places."""
    import numpy as np

    truth, decision = (scored.columns[name].astype(np.int64) for name in ("truth", "decision"))
    last = scored.answers if scored.answers is not None else max(truth.max(), decision.max()) + 1
    return np.where(truth < 0, last, truth), decision, int(last) + 1
