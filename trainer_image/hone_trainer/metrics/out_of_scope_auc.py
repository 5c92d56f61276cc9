"""How well rows that are of no known class are told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class OutOfScopeAuc(Metric):
    """The chance that a row of a class which training has seen gets a higher probability for its
    answer than one of a class that it has not (Hendrycks and Gimpel 2017).
    """

    key: ClassVar[str] = "outOfScopeAuc"
    title: ClassVar[str] = "out-of-scope AUC"
    reads: ClassVar[frozenset[str]] = frozenset({"scope", "forecast"})
    chooses: ClassVar[bool] = False

    def undefined(self, scored: Scored) -> str:
        """It needs rows of both kinds."""
        known = scored.columns["scope"][scored.weight > 0] > 0
        if len(known) and (known == known[0]).all():
            return f"every row is of a class that training rows {'have' if known[0] else 'lack'}"
        return super().undefined(scored)

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        return Auc().value(_ranked(scored))

    def influence(self, scored: Scored) -> Floats:
        """See ``Metric.influence``."""
        return Auc().influence(_ranked(scored))


def _ranked(scored: Scored) -> Scored:
    columns = {"truth": scored.columns["scope"], "probability": scored.columns["forecast"]}
    return replace(scored, columns=columns)
