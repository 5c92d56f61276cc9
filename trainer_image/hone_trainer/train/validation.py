"""What a model under training is worth on the rows kept for choosing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.backend.keras import tf
from hone_trainer.models.answers import ROWS
from hone_trainer.tasks.learned import Calibration, Targets
from hone_trainer.tasks.scoring import NotFinite, figures, score
from hone_trainer.train.step_sums import mean_losses

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.tasks.learned import Array
    from hone_trainer.train.objective import Objective

LOSS = "valLoss"


class Validation:
    """Figures and loss of a model on some rows.

    Args:
        objective: what is minimised.
        rows: the validation part.
    """

    def __init__(self, objective: Objective, rows: Rows) -> None:
        self._objective = objective
        self._rows = rows
        self._whole = objective.graph.whole
        self._run = tf.function(self._block, reduce_retracing=True, autograph=False)

    def measure(self) -> dict[str, float]:
        """Return the loss, and every figure that is defined, the leading one first."""
        sums = np.zeros(2 * len(self._objective.names) + 1)
        blocks = []
        for logits, told in self._answers():
            blocks.append(logits)
            sums += told
        found = {}
        for target in self._objective.schema.targets:
            task, facts = target.how, target.facts
            answers = (task.answer(each[target.name], facts, Calibration()) for each in blocks)
            try:
                scored = score(task, self._rows.targets[target.name], answers)
            except NotFinite:
                continue
            for name, estimate in figures(task, scored).items():
                if estimate.value is not None:
                    found[figure_name(self._objective, target.name, name)] = estimate.value
        loss = float(self._objective.shares @ mean_losses(sums))
        return {**found, LOSS: loss}

    @property
    def leading(self) -> str:
        """What the leading figure of the leading target is called."""
        target = self._objective.schema.targets[0]
        return figure_name(self._objective, target.name, next(target.how.metrics()).name)

    def headline(self, measured: dict[str, float]) -> str:
        """Say that figure, of what was measured."""
        metric = next(self._objective.schema.targets[0].how.metrics())
        value = measured.get(self.leading)
        told = "not defined" if value is None else f"{value:.4f}"
        return f"validation {metric.title} {told}"

    def _answers(self) -> Iterator[tuple[dict[str, Array], Array]]:
        rows = self._rows
        for start in range(0, len(rows), ROWS):
            block = slice(start, start + ROWS)
            features = {n: tf.constant(v[block]) for n, v in rows.features.items()}
            values = {n: tf.constant(t.values[block]) for n, t in rows.targets.items()}
            weights = {n: tf.constant(t.weight[block]) for n, t in rows.targets.items()}
            logits, sums = self._run(features, values, weights)
            yield {n: np.asarray(v) for n, v in logits.items()}, np.asarray(sums, np.float64)

    def _block(self, features: Any, values: Any, weights: Any) -> Any:
        targets = {name: Targets(values[name], weights[name]) for name in values}
        losses = self._objective.losses(features, targets)
        sums = [tf.reduce_sum(loss * weight) for loss, weight in losses.values()]
        sums += [tf.reduce_sum(weight) for _, weight in losses.values()]
        count = tf.cast(tf.shape(next(iter(weights.values())))[0], tf.float32)
        return self._whole(features, training=False), tf.stack([*sums, count])


def figure_name(objective: Objective, target: str, figure: str) -> str:
    """Return what a figure of the validation part is called in a status."""
    name = f"val{figure[0].upper()}{figure[1:]}"
    return name if len(objective.names) == 1 else f"{target}.{name}"


def shown(measured: dict[str, float]) -> dict[str, float]:
    """Return the figures of an epoch that belong into a status."""
    return {
        name: value
        for name, value in measured.items()
        if name in ("loss", "rowsPerSecond") or name.rpartition(".")[2].startswith("val")
    }
