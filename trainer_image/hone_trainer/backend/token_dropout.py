"""Words left out of a text while training."""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.draws import current
from hone_trainer.backend.keras import keras, tf


class TokenDropout(keras.layers.Layer):  # type: ignore[misc]
    """Puts another id in the place of some while training (word dropout, Iyyer et al. 2015), by the
    draws of the step; padding stays.

    Outside a step of training nothing is left out.

    Args:
        rate: share of ids that go.
        place: tells its draws apart from those of other layers.
        instead: what stands there: an unseen id where the order is read, padding in a bag.
    """

    def __init__(self, rate: float, place: int, instead: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.place, self.instead = rate, place, instead

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Return ids (batch, length) of ids of that shape."""
        draws = current()
        if not training or draws is None or not self.rate:
            return inputs
        kept = draws.uniform(self.place, tf.unstack(tf.shape(inputs))) >= self.rate
        gone = tf.fill(tf.shape(inputs), tf.cast(self.instead, inputs.dtype))
        return tf.where(tf.logical_or(kept, tf.equal(inputs, 0)), inputs, gone)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        own = {"rate": self.rate, "place": self.place, "instead": self.instead}
        return {**super().get_config(), **own}
