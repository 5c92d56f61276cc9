"""What a model says of classes, as votes that can be counted beside those of others."""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import keras, tf


class Ballot(keras.layers.Layer):  # type: ignore[misc]
    """A vote for the likeliest class: 1 for it and 0 for all others, and a little of the
    probabilities, which decide between classes of as many votes.

    Args:
        little: how much of them.
    """

    def __init__(self, little: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.little = little

    def call(self, inputs: Any) -> Any:
        """Return the vote of probabilities (batch, classes); one of two classes is (batch, 1)."""
        classes = inputs.shape[-1]
        if classes == 1:
            vote = tf.cast(inputs >= 0.5, inputs.dtype)
        else:
            vote = tf.one_hot(tf.argmax(inputs, axis=-1), classes, dtype=inputs.dtype)
        return (1 - self.little) * vote + self.little * inputs

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "little": self.little}


class ReciprocalRanks(keras.layers.Layer):  # type: ignore[misc]
    """One over the place of each class, so that places count and not how sure a model is.

    Args:
        first: what is added to a place, which begins at 1.
    """

    def __init__(self, first: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = first

    def call(self, inputs: Any) -> Any:
        """Return shares (batch, classes) of sum 1 of probabilities; of equals, the first leads."""
        classes = inputs.shape[-1]
        order = tf.math.top_k(inputs, classes).indices
        # Sorting an order gives the place of each: exact in float32, up to 2 ** 24 classes.
        places = tf.math.top_k(-tf.cast(order, tf.float32), classes).indices
        share = 1.0 / tf.cast(places + self.first + 1, inputs.dtype)
        return share / tf.reduce_sum(share, -1, keepdims=True)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "first": self.first}
