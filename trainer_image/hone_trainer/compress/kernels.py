"""Which layers have kernels that techniques may change, and how much of a model they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.compress.search import Shares

if TYPE_CHECKING:
    from hone_trainer.models.network import Network


def has_kernels(layer: Any) -> bool:
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


def shares_of(network: Network) -> Shares:
    """Return where the weights of a network are."""
    from hone_trainer.backend.keras import keras

    tables = kernels = 0
    whole = 1
    for layer in (layer for part in network.assemble().parts for layer in part.layers):
        sizes = sum(int(weight.shape.num_elements()) for weight in layer.weights)
        whole += sizes
        tables += sizes if isinstance(layer, keras.layers.Embedding) else 0
        kernels += sizes if has_kernels(layer) else 0
    return Shares(tables / whole, kernels / whole)
