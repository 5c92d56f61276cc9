"""What every figure is: its direction, what it reads, its value, and how sure one can be of it.

A figure's *influence* is how much each unit moves it: the weighted mean of the influences is 0, and
their squares give the variance (Hampel 1974). Interval, paired difference and the correction for
units that are not independent follow from it in the same few lines for every figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, ClassVar

from hone_trainer.contract.spec import Spec
from hone_trainer.metrics.interval import span, standard_error

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Column, Floats, Scored

BEYOND = "the numbers are too large or too small to compute it"
"""Why a figure is not defined whose sums overflow or vanish: it is never told as no number."""


@dataclass(frozen=True)
class Estimate:
    """A figure, or a difference of two, with its 95 % interval."""

    value: float | None
    """None where it is not defined."""
    low: float | None = None
    high: float | None = None
    """None where no interval is known."""
    reason: str = ""
    """Why it is not defined."""


class Metric(Spec):
    """A figure by which models are compared."""

    key: ClassVar[str]
    """What it is called in a status; parameters follow it, as in ``ndcg@10``."""
    title: ClassVar[str]
    """What it is called in a sentence."""
    higher_is_better: ClassVar[bool] = True
    optimum: ClassVar[float] = 1.0
    """Its value for a model that knows everything."""
    limits: ClassVar[tuple[float, float]] = (0.0, 1.0)
    """Between which values it can lie; infinite where it has no end."""
    reads: ClassVar[frozenset[str]]
    """The columns of ``Scored`` that it is computed from: it fits a task that gives them."""
    chooses: ClassVar[bool] = True
    """Whether it may select one of several models; otherwise it only tells."""

    @property
    def name(self) -> str:
        """What it is called in a status, parameters included."""
        return self.key

    @property
    def heading(self) -> str:
        """What it is called above its values: the title, and the cut where it has one."""
        _, at, cut = self.name.partition("@")
        return f"{self.title}{at}{cut}"

    def undefined(self, scored: Scored) -> str:
        """Say why it has no value; empty where it has one."""
        return "" if scored.total > 0 else "there are no rows to judge"

    def value(self, scored: Scored) -> float:
        """Compute it, in float64; only where it is defined."""
        raise NotImplementedError

    def influence(self, scored: Scored) -> Floats | None:
        """Return how much each unit moves it, (units,), of weighted mean 0; None: no interval."""
        raise NotImplementedError

    def estimate(self, scored: Scored) -> Estimate:
        """Return the figure with its 95 % interval."""
        if reason := self.undefined(scored):
            return Estimate(None, reason=reason)
        import numpy as np

        least, most = self.limits
        with np.errstate(all="ignore"):  # what overflows is told as not defined
            # Sums are rounded: a figure may come out a hair beyond what it can be.
            value = min(max(self.value(scored), least), most)
            return _interval(value, self.influence(scored), scored, self.limits)

    def difference(self, before: Scored, after: Scored) -> Estimate:
        """Return how much it changes between two models that answered the same units.

        The same units judged twice: only those where the models disagree carry the noise.
        """
        if reason := self.undefined(before) or self.undefined(after):
            return Estimate(None, reason=reason)
        import numpy as np

        with np.errstate(all="ignore"):
            first, second = self.influence(before), self.influence(after)
            change = None if first is None or second is None else second - first
            return _interval(self.value(after) - self.value(before), change, after)

    def harm(self, before: float, after: float) -> float:
        """Return by how much it got worse, in its own unit; negative where it got better."""
        return before - after if self.higher_is_better else after - before

    def skill(self, value: float, prior: float) -> float | None:
        """Return the share of the way from the prior to the optimum; None at the optimum."""
        way = self.optimum - prior
        return None if way == 0 else (value - prior) / way

    def by(self, scored: Scored, segment: Column) -> Iterator[tuple[object, Estimate]]:
        """Yield (value of the segment, figure) for every segment, in order.

        Args:
            scored: how the model answered.
            segment: (units,): to which segment each unit belongs.
        """
        import numpy as np

        for value in np.unique(segment):
            yield value.item(), self.estimate(scored.where(segment == value))


def _interval(
    value: float,
    influence: Floats | None,
    scored: Scored,
    limits: tuple[float, float] = (-inf, inf),
) -> Estimate:
    if not isfinite(value):
        return Estimate(None, reason=BEYOND)
    if influence is None:
        return Estimate(value)
    error = standard_error(influence, scored)
    # At a limit nothing varies: that says nothing of how far off the figure may be.
    if error is None or (not error and value in limits):
        return Estimate(value)
    low, high = span(value, error, limits)
    return Estimate(value, low, high) if isfinite(low) and isfinite(high) else Estimate(value)
