"""Magnitude pruning while training goes on (Zhu and Gupta 2017), by TFMOT."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.compress.kernels import has_kernels
from hone_trainer.compress.retraining import Retraining
from hone_trainer.compress.technique import Technique
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Tell
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models.network import Network

CUTS = 20
"""Times at which more weights are set to zero."""


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
        from tensorflow_model_optimization.sparsity import keras as sparsity

        retraining = Retraining.of(data, self.epochs)
        models = [self._wrapped(part, retraining.steps) for part in network.assemble().parts]
        tell_step = partial(_tell_step, models)
        retraining.run(models, network, tell_step, tell, "pruning")
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
            if has_kernels(layer):
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
            if has_kernels(layer)
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
