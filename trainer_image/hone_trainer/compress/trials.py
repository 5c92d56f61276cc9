"""Candidates made, exported and measured, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hone_trainer.compress.candidates import Export, export
from hone_trainer.compress.comparison import Comparison
from hone_trainer.compress.course import Course, Progress
from hone_trainer.tasks.scoring import finite

if TYPE_CHECKING:
    from hone_trainer.compress.candidate_selection import Trial
    from hone_trainer.compress.technique import Technique
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.models.network import Network

FLOAT = "float"
"""What the model as it came is called."""


class Trials:
    """The model as it came, and what was tried to make of it.

    Args:
        network: what is compressed.
        data: rows to train on, and those of the validation part, on which all are measured.
        metric: the figure that is watched.
        post: tells the world how far it is.
    """

    def __init__(self, network: Network, data: Dataset, metric: Metric, post: Progress) -> None:
        self._network, self._data, self._metric = network, data, metric
        self._course = Course([FLOAT], [0.0], post)
        self._comparison: Comparison | None = None
        self.exports: list[Export] = []

    @property
    def trials(self) -> list[Trial]:
        """What became of each, the model as it came first."""
        return self._comparison.trials if self._comparison else []

    def attempt(self, candidates: Sequence[tuple[str, tuple[Technique, ...]]]) -> list[Trial]:
        """Make, export and measure some more, and return what became of them.

        Args:
            candidates: name and techniques of each, in their order.

        Raises:
            StageFailure: the model itself cannot be exported, or answers with something that is
                no number (AnswersNotFinite).
        """
        epochs = [sum(each.training() for each in techniques) for _, techniques in candidates]
        self._course.extend([name for name, _ in candidates], epochs)
        new, first = list(candidates), len(self.exports)
        if not first:
            new = [(FLOAT, ()), *new]
        made = export(new, self._network, self._data, self._course, first)
        if made[0].failure and not first:
            raise made[0].failure
        self.exports += made
        if self._comparison is None:
            rows, schema = self._data.read("validation"), self._network.schema
            with finite("the model"):
                self._comparison = Comparison(made[0], schema, rows, self._metric, self._course)
            made = made[1:]
        return self._comparison.add(made)

    def race(self) -> None:
        """Time all of them in turn, side by side."""
        if self._comparison:
            self._comparison.race()
