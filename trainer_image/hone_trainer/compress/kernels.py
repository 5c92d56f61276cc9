"""Which layers have kernels that techniques may change."""

from __future__ import annotations

from typing import Any


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
