"""Magnitude pruning while training goes on (Zhu and Gupta 2017), by TFMOT."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.compress.technique import Technique
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Tell
    from hone_trainer.models.network import Network
    from hone_trainer.rows.dataset import Dataset

STEPS = 50
"""Steps of training that the schedule wants at least."""
CUTS = 20
"""Times at which more weights are set to zero."""
BATCH = (32, 4096)
"""Smallest and largest batch: large ones are several times faster, small ones make more steps."""
LEARNING_RATE = 0.002


class Prune(Technique):
    """Set the smallest weights to zero, gradually, while training goes on.

    Embedding tables are left out: their rows are rare and lose too much.
    """

    sparsity: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Share of the weights that end as zero."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 2
    """Epochs of training that the pruning is spread over."""

    def apply(self, network: Network, data: Dataset, tell: Tell) -> Network:
        """Train on while the smallest weights of recurrent, dense and convolution kernels go.

        Raises:
            StageFailure: SparsityNotReached or TrainingDiverged.
        """
        import numpy as np
        from tensorflow_model_optimization.sparsity import keras as sparsity

        from hone_trainer.backend.keras import keras

        rows = data.read("train")
        batch = int(np.clip(len(rows) * self.epochs // STEPS, *BATCH))
        steps = self.epochs * -(-len(rows) // batch)
        model = self._wrapped(network.build(), steps)
        model.compile(keras.optimizers.Adam(LEARNING_RATE), "binary_crossentropy")

        step = itertools.count(1)

        def told(_: int, logs: dict[str, float]) -> None:
            done = next(step)
            tell(done / steps, f"pruning, step {done} of {steps}, loss {logs['loss']:.4f}")

        history = model.fit(
            {name: rows.features[name] for name in network.inputs},
            rows.labels,
            sample_weight=None if rows.weights is None else rows.weights[:, 0],
            batch_size=batch,
            epochs=self.epochs,
            verbose=0,
            callbacks=[
                sparsity.UpdatePruningStep(),
                keras.callbacks.LambdaCallback(on_train_batch_end=told),
            ],
        )
        if not np.isfinite(history.history["loss"]).all():
            raise StageFailure("TrainingDiverged", "the loss became infinite while pruning")
        pruned = sparsity.strip_pruning(model)
        self._verify(pruned)
        return network.with_weights_of(pruned)

    def _wrapped(self, model: Any, steps: int) -> Any:
        """Give a copy of the model whose prunable layers are wrapped and whose tables are frozen.

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

    def _verify(self, model: Any) -> None:
        """Refuse fewer zeros than promised: where a schedule misses the steps, TFMOT is silent."""
        import numpy as np

        kernels = [
            array
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

    A single output unit does not: it has next to no weights, and the scale of every prediction
    hangs on them (at sparsity 0.8 the log loss of the reference model rose from .226 to .270 with
    it and not at all without).
    """
    from hone_trainer.backend.keras import keras

    if isinstance(layer, keras.layers.Dense) and layer.units == 1:
        return False
    kinds = keras.layers.RNN, keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D
    return layer.trainable and isinstance(layer, kinds)
