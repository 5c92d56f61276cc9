"""Weights that share few values, which fine-tuning moves (Han, Mao and Dally 2016)."""

from __future__ import annotations

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


class Cluster(Technique):
    """Let the weights of each kernel take few values, found by k-means and moved by training on.

    Zeros of an earlier ``prune`` stay zero. Files become smaller when packaged.
    """

    clusters: Annotated[int, Field(ge=2, le=256)] = 16
    """Values of a kernel."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 2
    """Epochs of training in which the values move."""
    tables: bool = False
    """Whether embedding tables take part, whose vectors lose more than kernels do."""

    def training(self) -> float:
        """Return the epochs in which the values move."""
        return float(self.epochs)

    def apply(self, network: Network, data: Dataset, tell: Tell) -> Network:
        """Tie the weights of kernels, and train on.

        Raises:
            StageFailure: NothingToCluster, ValuesNotReached or TrainingDiverged.
        """
        from hone_trainer.compress.tied_weights import TiedWeights

        models = network.assemble().parts
        tied = [TiedWeights.of(each, self.clusters) for each in self._chosen(models)]
        if not tied:
            message = "the model has no recurrent, dense or convolution layer to cluster"
            raise StageFailure("NothingToCluster", message)

        def tie(_: int) -> None:
            for each in tied:
                each.tie()

        Retraining.of(data, self.epochs).run(models, network, tie, tell, "clustering")
        self._verify(tied)
        return network.with_weights_of(models)

    def _chosen(self, models: Any) -> list[Any]:
        """Return the variables that are tied; hold tables fast that are not."""
        from hone_trainer.backend.keras import keras

        layers = [layer for model in models for layer in model.layers]
        tables = [each for each in layers if isinstance(each, keras.layers.Embedding)]
        for table in tables:
            table.trainable = table.trainable and self.tables
        chosen = [layer for layer in layers if has_kernels(layer) or layer in tables]
        return [v for layer in chosen for v in layer.trainable_weights if len(v.shape) > 1]

    def _verify(self, tied: list[Any]) -> None:
        """Refuse more values than promised."""
        import numpy as np

        most = max(len(np.unique(each.variable.numpy())) for each in tied)
        if most > self.clusters:
            message = f"a kernel has {most} values, not {self.clusters}"
            raise StageFailure("ValuesNotReached", message)
