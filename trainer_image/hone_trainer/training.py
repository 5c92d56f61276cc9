"""How a training goes: resume or start, epoch by epoch, a checkpoint after each, the best kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer import metrics
from hone_trainer.checkpoints import Checkpoint, Checkpoints
from hone_trainer.inputs import open_inputs
from hone_trainer.keras import keras
from hone_trainer.manifest import input_digest
from hone_trainer.network import Network, Part
from hone_trainer.steps import GangSum, Steps, predictor
from hone_trainer.task import Report, StageFailure

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.dataset import Dataset, Rows
    from hone_trainer.stages.train import Train

LINGER_S = 0.5
"""How long the chief stays after the last barrier, so that its peers have left it first."""


def train(stage: Train, ctx: Context) -> Report:
    """Run the stage in one pod of its gang."""
    ctx.progress(0.0, "reading the training rows")
    dataset = ctx.dataset()
    rows = dataset.read("train", ctx.task.member, ctx.task.members)
    ctx.progress(0.0, "waiting for the gang" if ctx.size > 1 else "building the model")
    training = Training(stage, ctx, dataset, rows)
    training.run()
    if not ctx.chief:
        training.over_gang(np.zeros(1))
        return Report(message=f"worker {ctx.rank} done; the chief reports")
    report = training.commit()
    training.over_gang(np.zeros(1))
    time.sleep(LINGER_S if ctx.size > 1 else 0)
    return report


class Training:
    """One training in one pod."""

    def __init__(self, stage: Train, ctx: Context, dataset: Dataset, rows: Rows) -> None:
        if len(rows) < stage.batch_size:
            message = f"the member has {len(rows)} training rows: train.batchSize is larger"
            raise StageFailure("BatchTooLarge", f"{message} ({stage.batch_size}); lower it")
        self.stage, self.ctx, self.schema = stage, ctx, dataset.schema
        self.validation = dataset.read("validation")
        self.strategy = stage.strategy.value.open()
        replicas = self.strategy.num_replicas_in_sync
        if stage.batch_size % replicas:
            message = f"train.batchSize {stage.batch_size} is no multiple of {replicas} replicas"
            raise StageFailure("BatchIndivisible", message)
        seed = ctx.task.seed * 1_000_003 + ctx.task.member
        keras.utils.set_random_seed(seed % 2**31)
        with self.strategy.scope():
            inputs = open_inputs(self.schema)
            self.model = keras.Model(inputs, stage.model.value.value.outputs(inputs, self.schema))
            self.optimizer = stage.optimizer.value.open()
            self.optimizer.build(self.model.trainable_variables)
        args = (self.model, self.optimizer, rows, stage.batch_size, seed)
        self.steps = Steps(self.strategy, *args)
        self.predict = predictor(self.model)
        self.over_gang = GangSum(self.strategy)
        self.checkpoints = Checkpoints(ctx.store, ctx.task.prefix, input_digest(ctx.task))
        self.state = Checkpoint(0, self.model.get_weights(), [], self.model.get_weights(), 0)

    def run(self) -> None:
        """Train the epochs that are not done yet."""
        self._resume()
        for epoch in range(self.state.epochs, self.stage.epochs):
            self._epoch(epoch)

    def commit(self) -> Report:
        """Write the network and say how it went."""
        state = self.state
        weights = tuple(array.astype(np.float32) for array in state.best)
        network = Network(self.schema, (Part(self.stage.model, weights),))
        files = network.save(self.ctx)
        figures = state.history[state.best_epoch - 1]
        names = ("valAccuracy", "valLoss", "valAuc", "accuracy", "loss")
        seconds = sum(epoch["seconds"] for epoch in state.history)
        return self.ctx.commit(
            files,
            facts={"history": state.history, "keptEpoch": state.best_epoch},
            metrics={name: figures[name] for name in names}
            | {"epoch": state.best_epoch, "seconds": seconds},
            message=f"epoch {state.best_epoch} of {state.epochs} kept: "
            f"validation accuracy {figures['valAccuracy']:.4f}",
            show=tuple(file.name for file in files),
        )

    def _resume(self) -> None:
        # The chief decides for all: a zombie may be writing while the others look.
        found = self.checkpoints.latest() if self.ctx.chief else 0
        epochs = int(self.over_gang(np.array([float(found)]))[0])
        if not epochs:
            return
        self.state = self.checkpoints.read(epochs)
        with self.strategy.scope():
            self.model.set_weights(self.state.weights)
            for variable, value in zip(self.optimizer.variables, self.state.optimizer, strict=True):
                variable.assign(value)
        self._tell(epochs, f"resumed after epoch {epochs}", self.state.history[-1])

    def _epoch(self, epoch: int) -> None:
        started = time.monotonic()
        sums = np.zeros(3)
        for done, sums in self.steps.epoch(epoch, self.stage.steps_per_execution):
            share = done / self.steps.per_epoch
            message = f"epoch {epoch + 1}/{self.stage.epochs}"
            self._tell(epoch + share, message, {"loss": sums[0] / sums[2]})
        loss_sum, hits, count = self.over_gang(sums)
        if not np.isfinite(loss_sum):
            message = f"the loss became {loss_sum} in epoch {epoch + 1}"
            remedy = "lower train.optimizer.adam.learningRate, or normalize the number columns"
            raise StageFailure("LossNotFinite", f"{message}: {remedy}")
        if self.ctx.chief:
            figures = {"epoch": epoch + 1, "loss": loss_sum / count, "accuracy": hits / count}
            self._keep(figures | self._validate(), started)

    def _validate(self) -> dict[str, float]:
        probabilities = self.predict(self.validation.features)
        figures = metrics.measure(self.validation.labels[:, 0], probabilities)
        names = {"valLoss": "logLoss", "valAccuracy": "accuracy", "valAuc": "auc"}
        return {ours: figures[theirs] for ours, theirs in names.items()}

    def _keep(self, figures: dict[str, float], started: float) -> None:
        state = self.state
        figures["seconds"] = round(time.monotonic() - started, 3)
        state.epochs = int(figures["epoch"])
        state.history.append(figures)
        state.weights = self.model.get_weights()
        state.optimizer = [variable.numpy() for variable in self.optimizer.variables]
        losses = [epoch["valLoss"] for epoch in state.history]
        if self.stage.keep == "last" or figures["valLoss"] <= min(losses):
            state.best, state.best_epoch = state.weights, state.epochs
        self.checkpoints.write(state)
        message = f"epoch {state.epochs}/{self.stage.epochs}: loss {figures['loss']:.4f}, "
        message += f"validation loss {figures['valLoss']:.4f} accuracy {figures['valAccuracy']:.4f}"
        self._tell(state.epochs, message, figures)

    def _tell(self, epochs: float, message: str, figures: dict[str, float] | None = None) -> None:
        if not self.ctx.chief:
            return
        # The first epoch is left out where it can be: it pays for compiling.
        seconds = [epoch["seconds"] for epoch in self.state.history]
        pace: Any = np.mean(seconds[1:] or seconds) if seconds else None
        left = self.stage.epochs - epochs
        remaining = None if pace is None else pace * left
        self.ctx.progress(epochs / self.stage.epochs, message, figures, remaining)
