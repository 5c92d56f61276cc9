"""Adam that leaves alone the rows of a table which a batch does not touch.

Adam decays the moments of every row at every step; of a table with millions of rows that is most of
the work. Rows that are not seen keep their moments and their values until they are.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import keras, tf


def lazy_adam(learning_rate: float, weight_decay: float | None = None) -> Any:
    """Return the Keras optimiser."""
    return LazyAdam(learning_rate=learning_rate, weight_decay=weight_decay, jit_compile=False)


class LazyAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """See the module; the bias correction counts all steps, as in TensorFlow's own lazy Adam."""

    def _apply_weight_decay(self, variables: Any) -> None:
        """Leave it to the steps, which know the rows that a batch touches."""

    def update_step(self, gradient: Any, variable: Any) -> None:
        """Update one variable; Keras has summed up rows of the same id before."""
        shrink = self.learning_rate * (self.weight_decay or 0.0)
        shrinks = self.weight_decay is not None and self._use_weight_decay(variable)
        if not isinstance(gradient, tf.IndexedSlices):
            if shrinks:
                variable.assign_sub(variable * tf.cast(shrink, variable.dtype))
            super().update_step(gradient, variable)
            return
        step = tf.cast(self.iterations + 1, variable.dtype)
        one, two = (tf.cast(beta, variable.dtype) for beta in (self.beta_1, self.beta_2))
        corrected = tf.sqrt(1 - tf.pow(two, step)) / (1 - tf.pow(one, step))
        rate = tf.cast(self.learning_rate, variable.dtype) * corrected
        key = self._index_dict[self._var_key(variable)]
        first, second = self._momentums[key], self._velocities[key]
        ids, slope = gradient.indices, gradient.values
        mean = tf.gather(first, ids) * one + slope * (1 - one)
        square = tf.gather(second, ids) * two + slope * slope * (1 - two)
        first.scatter_update(tf.IndexedSlices(mean, ids))
        second.scatter_update(tf.IndexedSlices(square, ids))
        change = rate * mean / (tf.sqrt(square) + self.epsilon)
        if shrinks:
            change += tf.gather(variable, ids) * tf.cast(shrink, variable.dtype)
        variable.scatter_sub(tf.IndexedSlices(change, ids))
