"""What is known of a model at the end of a job: the record behind its report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from hone_trainer.evaluate.gates import Verdict
from hone_trainer.metrics.metric import Estimate


@dataclass(frozen=True)
class Judged:
    """The figures of one target on the test part."""

    titles: dict[str, str]
    """Figure -> what it is called in a sentence; the one that decides first."""
    higher: dict[str, bool]
    """Figure -> whether more of it is better."""
    shipped: dict[str, Estimate]
    """Of the model that ships."""
    prior: dict[str, Estimate]
    """Of the answer without features: the least that a model has to beat."""
    before: dict[str, Estimate] | None = None
    """Of the model before compression, where it is at hand."""
    change: dict[str, Estimate] | None = None
    """Shipped minus before, on the same rows."""

    @property
    def leading(self) -> str:
        """The figure that decides."""
        return next(iter(self.titles))

    @property
    def beaten(self) -> bool:
        """Whether the prior is at least as good as the model, by the figure that decides."""
        ours, theirs = self.shipped[self.leading].value, self.prior[self.leading].value
        if ours is None or theirs is None:
            return False
        return ours <= theirs if self.higher[self.leading] else ours >= theirs


