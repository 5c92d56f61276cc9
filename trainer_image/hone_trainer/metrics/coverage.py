"""Share of the items that are ever recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from hone_trainer.metrics.metric import Metric

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Scored

TOP = 10
"""Places that are kept of each answer."""


class Coverage(Metric):
    """Share of all items that stand within the cut of at least one list; it tells how much a model
    leans on what is popular.
    """

    key: ClassVar[str] = "coverage"
    title: ClassVar[str] = "coverage"
    reads: ClassVar[frozenset[str]] = frozenset({"top"})
    chooses: ClassVar[bool] = False

    at: Annotated[int, Field(ge=1, le=TOP)] = TOP
    """Places that count."""

    @property
    def name(self) -> str:
        """See ``Metric.name``."""
        return f"{self.key}@{self.at}"

    def value(self, scored: Scored) -> float:
        """See ``Metric.value``."""
        import numpy as np

        shown = scored.columns["top"][scored.row_weight > 0, : self.at]
        return len(np.unique(shown)) / (scored.answers or 1)

    def influence(self, scored: Scored) -> None:  # noqa: ARG002
        """It has no interval: it grows with the number of lists."""
        return
