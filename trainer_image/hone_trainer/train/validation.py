"""What a model under training is worth on the rows kept for choosing."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.backend.keras import tf
from hone_trainer.contract.figures import decimal
from hone_trainer.metrics.scored import concatenate
from hone_trainer.models.answers import ROWS
from hone_trainer.models.network import NUMBERS
from hone_trainer.tasks.head import Computed
from hone_trainer.tasks.learned import Calibration, Targets
from hone_trainer.tasks.scoring import NotFinite, figures
from hone_trainer.train.step_sums import mean_losses
from hone_trainer.train.units import Units

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Target
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.learned import Array
    from hone_trainer.train.objective import Objective

LOSS = "valLoss"
KEPT = 50_000
"""Rows that calibrations are fitted to, about; of answers with many numbers, fewer."""


class Validation:
    """Figures and loss of a model on some rows.

    Args:
        objective: what is minimised.
        rows: the validation part.
    """

    def __init__(self, objective: Objective, rows: Rows) -> None:
        self._objective = objective
        self.rows = rows
        self._units = Units.of(rows, objective.schema)
        self._whole = objective.graph.whole
        widest = max(target.outputs for target in objective.schema.targets)
        self._at_once = max(1, min(ROWS, NUMBERS // widest))
        self.fitted: dict[str, dict[str, float]] = {}
        """Target -> what the last measurement would calibrate, in JSON values."""
        self._run = tf.function(self._forward, reduce_retracing=True, autograph=False)
        self._sums = tf.function(self._losses, reduce_retracing=True, autograph=False)

    def measure(self) -> dict[str, float]:
        """Return the loss, and every figure that is defined, the leading one first."""
        schema = self._objective.schema
        sums = np.zeros(2 * len(schema.targets) + 1)
        parts: dict[str, list[Scored] | None] = {target.name: [] for target in schema.targets}
        kept: list[tuple[Array, dict[str, Array]]] = []
        for chosen, places in self._units.blocks(self._at_once):
            logits, told = self._answer(chosen, places)
            sums += told
            if len(kept) < KEPT // self._at_once:
                kept.append((chosen, logits))
            for target in schema.targets:
                try:
                    found = self._reduced(target, logits[target.name], chosen)
                except NotFinite:
                    parts[target.name] = None
                if (scored := parts[target.name]) is not None:
                    scored.append(found)
        self.fitted = self._fit(kept)
        measured = {}
        for target in schema.targets:
            if not (scored := parts[target.name]):
                continue
            for name, estimate in figures(target.how, concatenate(scored)).items():
                if estimate.value is not None:
                    measured[figure_name(self._objective, target.name, name)] = estimate.value
        return {**measured, LOSS: float(self._objective.shares @ mean_losses(sums))}

    @property
    def leading(self) -> str:
        """What the leading figure of the leading target is called."""
        target = self._objective.schema.targets[0]
        return figure_name(self._objective, target.name, next(target.how.metrics()).name)

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return f"validation {next(self._objective.schema.targets[0].how.metrics()).heading}"

    def headline(self, measured: Mapping[str, float]) -> str:
        """Say that figure, of what was measured."""
        value = measured.get(self.leading)
        told = "not defined" if value is None else decimal(value)
        return f"{self.title} {told}"

    def cost(self, measured: dict[str, float]) -> float:
        """Return by what epochs are compared, of what was measured: the lower, the better."""
        task, loss = self._objective.schema.targets[0].how, measured[LOSS]
        if not task.ranks or not isfinite(loss):
            return loss if isfinite(loss) else inf
        value = measured.get(self.leading, -inf)
        return -value if next(task.metrics()).higher_is_better else value

    def _fit(self, kept: list[tuple[Array, dict[str, Array]]]) -> dict[str, dict[str, float]]:
        """Calibrate by some rows and their logits: a model that is told again costs a graph."""
        chosen = np.concatenate([each for each, _ in kept])
        found = {}
        for target in self._objective.schema.targets:
            if target.how.calibrates:
                logits = np.concatenate([each[target.name] for _, each in kept])
                answers = target.how.answer(logits, target.facts, Calibration())
                targets = self.rows.targets[target.name].take(chosen)
                found[target.name] = target.how.calibrate(targets, answers).dump()
        return found

    def _reduced(self, target: Target, logits: Array, chosen: Array) -> Scored:
        """Return what figures read: none of the logits is kept."""
        task = target.how
        answers = task.answer(logits, target.facts, Calibration())
        targets = self.rows.targets[target.name].take(chosen)
        return task.reduce(targets, answers, Calibration())

    def _answer(self, chosen: Array, places: Array | None) -> tuple[dict[str, Array], Array]:
        """Return the logits of some rows, and the sums of their losses.

        A list may have a million rows, and its loss wants all of them: so the model, which takes
        thousands of bytes a row, sees a bounded number of them, and the loss what came of it.
        """
        starts = range(0, len(chosen), self._at_once)
        pieces = [self._logits(chosen[start : start + self._at_once]) for start in starts]
        logits = {n: np.concatenate([each[n] for each in pieces]) for n in pieces[0]}
        targets = self.rows.targets
        values = {n: tf.constant(t.values[chosen]) for n, t in targets.items()}
        weights = {n: tf.constant(t.weight[chosen]) for n, t in targets.items()}
        lists = tf.constant(np.zeros((0, 1), np.int32) if places is None else places)
        given = {n: tf.constant(each) for n, each in logits.items()}
        return logits, np.asarray(self._sums(given, values, weights, lists), np.float64)

    def _logits(self, chosen: Array) -> dict[str, Array]:
        features = {n: tf.constant(v[chosen]) for n, v in self.rows.features.items()}
        return {n: np.asarray(v) for n, v in self._run(features).items()}

    def _forward(self, features: Any) -> Any:
        return self._whole(features, training=False)

    def _losses(self, logits: Any, values: Any, weights: Any, lists: Any) -> Any:
        losses = []
        for target in self._objective.schema.targets:
            name = target.name
            head = Computed(logits[name], target.facts)
            targets = Targets(values[name], weights[name], lists)
            losses.append(target.how.loss(head, {}, targets, None))
        sums = [tf.reduce_sum(loss * weight) for loss, weight in losses]
        sums += [tf.reduce_sum(weight) for _, weight in losses]
        count = tf.cast(tf.shape(next(iter(weights.values())))[0], tf.float32)
        return tf.stack([*sums, count])


def figure_name(objective: Objective, target: str, figure: str) -> str:
    """Return what a figure of the validation part is called in a status."""
    name = f"val{figure[0].upper()}{figure[1:]}"
    return name if len(objective.names) == 1 else f"{target}.{name}"


def shown(measured: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of an epoch that belong into a status."""
    return {
        name: value
        for name, value in measured.items()
        if name in ("loss", "rowsPerSecond") or name.rpartition(".")[2].startswith("val")
    }
