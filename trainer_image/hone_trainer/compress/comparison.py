"""Candidates measured against the float model, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hone_trainer.compress.candidate_selection import Trial, measure_size
from hone_trainer.metrics.scored import NotFinite, Scored
from hone_trainer.models.answers import by_target
from hone_trainer.models.litert import LiteModel, race
from hone_trainer.tasks.scoring import figures, score

if TYPE_CHECKING:
    from hone_trainer.compress.candidates import Export
    from hone_trainer.compress.course import Course
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.metrics.metric import Metric


class Comparison:
    """What was measured so far.

    Args:
        base: the float model's export.
        schema: whose leading target is judged.
        rows: the validation part.
        metric: the figure that is watched.
        course: told of each.
    """

    def __init__(
        self, base: Export, schema: Schema, rows: Rows, metric: Metric, course: Course
    ) -> None:
        self._target = schema.targets[0]
        self._schema, self._rows, self._metric, self._course = schema, rows, metric, course
        self._calibration = base.network.calibration(self._target.name)
        self._models = {0: LiteModel(base.content)}
        with course.measuring(0):
            self._base = self._scored(self._models[0])
        self.trials = [self._judged(base, self._base)]
        """The float model, then the candidates, as they came."""

    def add(self, exports: Sequence[Export]) -> list[Trial]:
        """Measure some more, and return what became of them; their latencies beside the float
        model's.
        """
        first = len(self.trials)
        for k, one in enumerate(exports, first):
            self.trials.append(Trial(one.name, str(one.failure or "")))
            if one.failure:
                continue
            self._models[k] = LiteModel(one.content)
            try:
                with self._course.measuring(k):
                    self.trials[k] = self._judged(one, self._scored(self._models[k]))
            except NotFinite as odd:
                failure = f"its answers are no numbers: {odd}"
                size = measure_size(one.content, one.network.nonzero)
                self.trials[k] = replace(self.trials[k], failure=failure, size=size)
        self.race([0, *range(first, len(self.trials))])
        return self.trials[first:]

    def race(self, which: Sequence[int] | None = None) -> None:
        """Time some of them in turn; all of them where nothing is said."""
        chosen = [k for k in (which or range(len(self.trials))) if k in self._models]
        latencies = race([self._models[k] for k in chosen], self._rows.features)
        for k, latency in zip(chosen, latencies, strict=True):
            self.trials[k] = replace(self.trials[k], latency=(latency.p50, latency.p95))

    def _scored(self, model: LiteModel) -> Scored:
        name, task = self._target.name, self._target.how
        answers = (
            by_target(self._schema, block)[name] for block in model.answer(self._rows.features)
        )
        return score(task, self._rows.targets[name], answers, self._calibration)

    def _judged(self, export: Export, after: Scored) -> Trial:
        metric, task = self._metric, self._target.how
        change = metric.difference(self._base, after)
        every = figures(task, after) | {metric.name: metric.estimate(after)}
        defined = {name: each.value for name, each in every.items()}
        return Trial(
            export.name,
            size=measure_size(export.content, export.network.nonzero),
            figures={name: value for name, value in defined.items() if value is not None},
            change=change,
            harm=None if change.value is None else metric.harm(0.0, change.value),
        )
