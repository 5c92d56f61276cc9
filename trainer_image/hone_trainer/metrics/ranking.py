"""Figures at a cut: NDCG, recall and their base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored

LISTS = frozenset({"better", "equal", "relevance"})
"""Items with a higher score; other items with the same score; graded relevance, above 0."""


class AtCut(Mean):
    """A mean over lists of what stands in their first places."""

    reads: ClassVar[frozenset[str]] = LISTS

    at: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Places that count."""

    @property
    def name(self) -> str:
        """See ``Metric.name``."""
        return f"{self.key}@{self.at}"


class Ndcg(AtCut):
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002; Burges et al. 2005).

    Gain 2^relevance - 1, discount log2(1 + place); the ideal list holds the best of all relevant
    items, whether the model ranked them or not.
    """

    key: ClassVar[str] = "ndcg"
    title: ClassVar[str] = "NDCG"

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        from hone_trainer.metrics.positions import expected, per_unit, units_of

        discounts = 1 / np.log2(np.arange(self.at) + 2)
        gains = 2 ** scored.floats("relevance") - 1
        unit = units_of(scored)
        # The ideal list: each unit's gains in falling order.
        order = np.lexsort((-gains, unit))
        starts = np.searchsorted(unit, np.arange(len(scored)))
        place = np.arange(len(unit)) - starts[unit]
        best = np.zeros(len(unit))
        counts = place < self.at
        best[counts] = gains[order][counts] * discounts[place[counts]]
        ideal = scored.sum_by_unit(best)
        return per_unit(scored, gains * expected(scored, self.at, discounts), ideal)[:, None]


class Recall(AtCut):
    """Share of all relevant items that stand within the cut."""

    key: ClassVar[str] = "recall"
    title: ClassVar[str] = "recall"

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        import numpy as np

        from hone_trainer.metrics.positions import expected, per_unit

        found = expected(scored, self.at, np.ones(self.at))
        return per_unit(scored, found, scored.sum_by_unit(np.ones(len(found))))[:, None]
