"""Layers over the positions of sequences; ids are 0 where there is padding, at the front.

Copies of them are made from their configuration, as of those in ``layers``.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.draws import current
from hone_trainer.backend.keras import keras, tf
from hone_trainer.backend.layers import mean, visible

WITHHELD = 1_003
"""Tells this draw apart from those of other layers."""
HIDDEN = -1e9
"""Added to the logit of a position that must not be seen."""


class Present(keras.layers.Layer):  # type: ignore[misc]
    """Where a sequence of ids holds any: (batch, length) booleans."""

    def call(self, inputs: Any) -> Any:
        """Return them."""
        return tf.not_equal(inputs, 0)


class Visible(keras.layers.Layer):  # type: ignore[misc]
    """Vectors of positions, zeros where there is padding."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, length, width) of such vectors, and where there is anything."""
        return visible(*inputs)


class Reversed(keras.layers.Layer):  # type: ignore[misc]
    """Positions (batch, length, width) from the last to the first."""

    def call(self, inputs: Any) -> Any:
        """Return them, of the same shape."""
        return tf.reverse(inputs, [1])


class Ordinals(keras.layers.Layer):  # type: ignore[misc]
    """How many positions that are there stand before each: the first of them is 0."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, length) int32 of where there is anything; 0 where there is not."""
        return tf.maximum(tf.cumsum(tf.cast(inputs, tf.int32), axis=1) - 1, 0)


class Zeros(keras.layers.Layer):  # type: ignore[misc]
    """The id 0 for each position."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, length) of ids."""
        return tf.zeros_like(inputs)


class FirstOf(keras.layers.Layer):  # type: ignore[misc]
    """The vector of the first position that is there; 0 where there is none."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, width) of vectors (batch, length, width), and where there is anything
        (batch, length), at the end.
        """
        vectors, present = inputs
        there = tf.cast(present, vectors.dtype)
        before = tf.pad(there[:, :-1], [[0, 0], [1, 0]])
        return tf.reduce_sum(vectors * (there - before)[:, :, tf.newaxis], axis=1)


class Codes(keras.layers.Layer):  # type: ignore[misc]
    """The ids of all keys of a target, whatever the rows: what a table has to be asked for.

    Those behind the first ``known`` have no row of their own and get that of unseen ids, 1; so do,
    in a step of training, as many others as ``withheld`` says, so that this row learns.
    """

    def __init__(
        self, first: int, count: int, known: int, withheld: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.first = first
        self.count = count
        self.known = known
        self.withheld = withheld

    def call(self, inputs: Any, training: Any = None) -> Any:  # noqa: ARG002
        """Return (count,) int64: a row of int32 Keras takes for the shape of something, and refuses
        where that would be too large.
        """
        ids = tf.range(self.first, self.first + self.known, dtype=tf.int64)
        draws = current()
        if training and draws is not None and self.withheld:
            # Items are the same on all replicas, so all of them draw the same.
            salted = draws.seed + tf.constant([WITHHELD, 0], tf.int32)
            gone = tf.random.stateless_uniform([self.known], salted) < self.withheld
            ids = tf.where(gone, tf.ones_like(ids), ids)
        return tf.concat([ids, tf.ones([self.count - self.known], tf.int64)], 0)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        own = {"first": self.first, "count": self.count, "known": self.known}
        return {**super().get_config(), **own, "withheld": self.withheld}


class Constant(keras.layers.Layer):  # type: ignore[misc]
    """Numbers that are the same whatever the rows: what is known of items."""

    def __init__(self, values: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.values = values

    def call(self, inputs: Any) -> Any:  # noqa: ARG002
        """Return them."""
        return tf.constant(self.values)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "values": self.values}


class Positions(keras.layers.Layer):  # type: ignore[misc]
    """Adds a learned vector to each position: how long ago it was, as padding is at the front."""

    def build(self, shape: Any) -> None:
        """Make the vectors."""
        start = keras.initializers.RandomNormal(stddev=0.02)
        self.vectors = self.add_weight("positions", (shape[1], shape[2]), initializer=start)
        super().build(shape)

    def call(self, inputs: Any) -> Any:
        """Return the inputs, (batch, length, width), with them."""
        return inputs + tf.cast(self.vectors, inputs.dtype)


class LargestOf(keras.layers.Layer):  # type: ignore[misc]
    """The largest value of each unit over the positions that are there, none below 0."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, width) of values (batch, length, width) from 0 on, and where there is
        anything (batch, length).
        """
        return tf.reduce_max(visible(*inputs), axis=1)


class MeanOf(keras.layers.Layer):  # type: ignore[misc]
    """The mean over the positions that are there; 0 where there is none."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, width) of vectors (batch, length, width), and where there is anything
        (batch, length).
        """
        return mean(*inputs)


class WeightedSum(keras.layers.Layer):  # type: ignore[misc]
    """The sum over the positions that are there, each by a weight."""

    def call(self, inputs: Any) -> Any:
        """Return (batch, width) of vectors (batch, length, width), weights (batch, length, 1), and
        where there is anything (batch, length).
        """
        vectors, weights, present = inputs
        return tf.reduce_sum(visible(vectors * weights, present), axis=1)


class Attention(keras.layers.Layer):  # type: ignore[misc]
    """Scaled dot products (Vaswani et al. 2017), by which a position looks at all others, or at
    itself and those before it.
    """

    def __init__(self, heads: int, causal: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.causal = causal

    def call(self, inputs: Any) -> Any:
        """Return (batch, asking, width) of the last ``asking`` positions.

        Args:
            inputs: what asks (batch, asking, width), what is asked and what it says (batch, length,
                width), where there is anything (batch, length).
        """
        query, key, value, present = inputs
        asking, length, width = query.shape[1], key.shape[1], key.shape[2]
        apart = width // self.heads
        query, key, value = (
            tf.transpose(tf.reshape(each, [-1, each.shape[1], self.heads, apart]), [0, 2, 1, 3])
            for each in (query, key, value)
        )
        logits = tf.matmul(query, key, transpose_b=True) * apart**-0.5
        logits += HIDDEN * (1 - tf.cast(present[:, tf.newaxis, tf.newaxis, :], logits.dtype))
        if self.causal:
            mine = tf.range(length - asking, length)[:, tf.newaxis]
            later = tf.cast(tf.range(length)[tf.newaxis, :] > mine, logits.dtype)
            # Less visible than padding: where all is padding, what comes later still plays no part.
            logits += 2 * HIDDEN * later[tf.newaxis, tf.newaxis]
        told = tf.matmul(tf.nn.softmax(logits), value)
        return tf.reshape(tf.transpose(told, [0, 2, 1, 3]), [-1, asking, width])

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "heads": self.heads, "causal": self.causal}
