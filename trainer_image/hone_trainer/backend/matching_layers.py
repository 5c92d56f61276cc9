"""Layers that hold two sets of ids against each other; 0 is padding, 1 an id that nobody knows.

Copies of them are made from their configuration, as of those in ``layers``.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import keras, tf

PADDING, UNKNOWN = 0, 1
RARE = 1e6
"""What an id that nobody knows counts as, in the order of frequency."""
TINY = 1e-6
"""Keeps a share of nothing at 0."""


class Importance(keras.layers.Layer):  # type: ignore[misc]
    """How much each id counts: e to what was learned of it, times the logarithm of its place in the
    order of frequency where ids are in such an order. By Zipf's law that is about the inverse
    document frequency (Spärck Jones 1972), so that rare words count before anything is learned.
    """

    def __init__(self, ordered: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ordered = ordered

    def call(self, inputs: Any) -> Any:
        """Return (batch, length) of what was learned (batch, length, 1) and ids (batch, length)."""
        learned, ids = inputs
        factor = tf.exp(tf.reduce_sum(learned, 2))
        if not self.ordered:
            return factor
        place = tf.cast(ids, factor.dtype)
        place = tf.where(tf.equal(ids, UNKNOWN), tf.constant(RARE, factor.dtype), place)
        return factor * tf.math.log(1 + place)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "ordered": self.ordered}


class Overlap(keras.layers.Layer):  # type: ignore[misc]
    """How much of what is asked is there: (batch, 4). Its weight, as log(1 + sum); its share of all
    that is asked; of all that is there; and whether everything that is asked is there.
    """

    def call(self, inputs: Any) -> Any:
        """Return it.

        Args:
            inputs: ids that are asked for and that are there, (batch, any length) each; how much
                each of them counts, alike.
        """
        asked, there, asked_weight, there_weight = inputs
        same = tf.equal(tf.expand_dims(asked, 2), tf.expand_dims(there, 1))
        same = tf.cast(same, asked_weight.dtype)
        known = tf.cast(asked > UNKNOWN, asked_weight.dtype)
        same = same * tf.expand_dims(known, 2)
        # No maximum: tf2onnx gets two over different axes of one tensor wrong.
        found, met = (tf.minimum(tf.reduce_sum(same, axis), 1) for axis in (2, 1))
        real = tf.cast(tf.not_equal(asked, PADDING), found.dtype)
        present = tf.cast(tf.not_equal(there, PADDING), found.dtype)
        weight = tf.reduce_sum(found * asked_weight, 1)
        share = weight / (tf.reduce_sum(real * asked_weight, 1) + TINY)
        back = tf.reduce_sum(met * there_weight, 1)
        back = back / (tf.reduce_sum(present * there_weight, 1) + TINY)
        missing = tf.reduce_sum(real - found, 1)
        exact = tf.cast(missing < 0.5, found.dtype) * tf.minimum(tf.reduce_sum(real, 1), 1)
        return tf.stack([tf.math.log(1 + weight), share, back, exact], 1)
