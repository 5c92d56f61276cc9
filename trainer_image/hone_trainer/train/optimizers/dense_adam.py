"""Adam that compiles what is worth compiling.

Where there is a GPU, Keras has XLA compile the update of each variable. That of a table whose
gradient is sparse it compiles anew for every number of rows that a batch touches: minutes for
nothing.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import keras, tf


class DenseAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam; sparse gradients are applied as they are."""

    def _update_step_xla(self, gradient: Any, variable: Any, key: int) -> Any:
        if isinstance(gradient, tf.IndexedSlices):
            return self._update_step(gradient, variable)
        return super()._update_step_xla(gradient, variable, key)
