"""Accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.metrics.mean import Mean

if TYPE_CHECKING:
    from hone_trainer.metrics.scored import Floats, Scored


class Accuracy(Mean):
    """Share of the rows that are decided right; its paired difference is that of McNemar (1947)."""

    key: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "accuracy"
    reads: ClassVar[frozenset[str]] = frozenset({"truth", "decision"})

    def parts(self, scored: Scored) -> Floats:
        """See ``Mean.parts``."""
        right: Floats = (scored.columns["truth"] == scored.columns["decision"]).astype(float)
        return right[:, None]
