"""Magnitude pruning while training goes on (Zhu and Gupta 2017), by TFMOT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.compress.technique import Technique
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Tell
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models.network import Network

STEPS = 50
"""Steps of training that the schedule wants at least."""
CUTS = 20
"""Times at which more weights are set to zero."""
BATCH = (32, 4096)
"""Smallest and largest batch: large ones are several times faster, small ones make more steps."""
LEARNING_RATE = 0.002
SEED = 0
"""Of the order of the rows."""


class Prune(Technique):
    """Set the smallest weights to zero, gradually, while training goes on.

    Embedding tables are left out: their rows are rare and lose too much.
    """

    sparsity: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Share of the weights that end as zero."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 2
    """Epochs of training that the pruning is spread over."""

    def training(self) -> float:
        """Return the epochs that the pruning is spread over."""
        return float(self.epochs)

    def apply(self, network: Network, data: Dataset, tell: Tell) -> Network:
        """Train on while the smallest weights of recurrent, dense and convolution kernels go.

        Raises:
            StageFailure: SparsityNotReached or TrainingDiverged.
        """
        import numpy as np
        import tensorflow as tf
        from tensorflow_model_optimization.sparsity import keras as sparsity

        from hone_trainer.backend.keras import keras
        from hone_trainer.train.feeding import open_feed
        from hone_trainer.train.objective import JointObjective
        from hone_trainer.train.step_sums import mean_losses
        from hone_trainer.train.sync_steps import Steps

        feed = open_feed(data)
        batch = int(np.clip(feed.units * self.epochs // STEPS, *BATCH))
        total = self.epochs * -(-feed.units // batch)
        models = [self._wrapped(part, total) for part in network.assemble().parts]
        objective = JointObjective.over(models, network.shares, network.schema)
        optimizer = keras.optimizers.Adam(LEARNING_RATE)
        optimizer.build(objective.variables)
        steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, batch, SEED)
        done = 0
        _tell_step(models, done)
        for epoch in range(self.epochs):
            for block in steps.epoch(epoch, 0, 1, lambda: False):
                done += 1
                _tell_step(models, done)
                loss = float(objective.shares @ mean_losses(block.sums))
                if not np.isfinite(loss):
                    message = "the loss became infinite while pruning"
                    raise StageFailure("TrainingDiverged", message)
                tell(done / total, f"pruning, step {done} of {total}, loss {loss:.4f}")
        _mask(models)
        pruned = [sparsity.strip_pruning(model) for model in models]
        self._verify(pruned)
        return network.with_weights_of(pruned)

    def _wrapped(self, model: Any, steps: int) -> Any:
        """Return a copy of the model whose prunable layers are wrapped and whose tables are frozen.

        Wrapping changes the layer it is given, so each wrapper gets a fresh one.
        """
        from tensorflow_model_optimization.sparsity import keras as sparsity

        from hone_trainer.backend.keras import keras

        # The last quarter of the steps heals; the last cut must fall on a step that is visited.
        every = max(1, steps * 3 // 4 // CUTS)
        last = max(1, steps * 3 // 4 // every) * every
        schedule = sparsity.PolynomialDecay(0.0, self.sparsity, 0, last, frequency=every)

        def copy(layer: Any) -> Any:
            fresh = layer.__class__.from_config(layer.get_config())
            if prunable(layer):
                return sparsity.prune_low_magnitude(fresh, pruning_schedule=schedule)
            fresh.trainable = layer.trainable and not isinstance(layer, keras.layers.Embedding)
            return fresh

        wrapped = keras.models.clone_model(model, clone_function=copy)
        for layer, original in zip(wrapped.layers, model.layers, strict=True):
            getattr(layer, "layer", layer).set_weights(original.get_weights())
        return wrapped

    def _verify(self, models: list[Any]) -> None:
        """Refuse fewer zeros than promised: where a schedule misses the steps, TFMOT is silent."""
        import numpy as np

        kernels = [
            array
            for model in models
            for layer in model.layers
            if prunable(layer)
            for array in layer.get_weights()
            if array.ndim > 1
        ]
        if not kernels:
            raise StageFailure(
                "NothingToPrune", "the model has no recurrent, dense or convolution layer to prune"
            )
        size = sum(array.size for array in kernels)
        reached = 1 - sum(int(np.count_nonzero(array)) for array in kernels) / size
        if reached < self.sparsity - len(kernels) / size - 1e-3:
            raise StageFailure(
                "SparsityNotReached",
                f"{reached:.1%} of the weights are zero, not {self.sparsity:.1%}; "
                "raise prune.epochs",
            )


def prunable(layer: Any) -> bool:
    """Say whether the kernels of a layer take part.

    Heads do not: of a single unit, a head has next to no weights, and the scale of every answer
    hangs on them (at sparsity 0.8 the log loss of the reference model rose from .226 to .270 with
    it and not at all without).
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.tasks.head import is_head

    if is_head(layer):
        return False
    kinds = keras.layers.RNN, keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D
    return layer.trainable and isinstance(layer, kinds)


def _tell_step(models: list[Any], done: int) -> None:
    """Tell every wrapped layer how many steps are done."""
    for layer in _pruned(models):
        layer.pruning_step.assign(done)


def _mask(models: list[Any]) -> None:
    """Set to zero what the last step has moved again: masks are applied before each."""
    for layer in _pruned(models):
        layer.pruning_obj.weight_mask_op()


def _pruned(models: list[Any]) -> Iterator[Any]:
    """Yield the wrapped layers."""
    for model in models:
        yield from (layer for layer in model.layers if hasattr(layer, "pruning_step"))
