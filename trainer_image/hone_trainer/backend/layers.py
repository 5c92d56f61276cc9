"""Layers that Keras lacks, or whose chance would not be a function of the step.

Copies of them are made from their configuration, so that pruning and quantisation can walk them.
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.draws import current
from hone_trainer.backend.keras import keras, tf

SMALLEST = 1e-7
"""So far from 0 and 1 probabilities are kept before a logarithm."""


def visible(vectors: Any, present: Any) -> Any:
    """Return vectors (batch, length, width), zeros where nothing is present (batch, length)."""
    return vectors * tf.cast(present, vectors.dtype)[:, :, tf.newaxis]


def mean(vectors: Any, present: Any, power: float = 1.0) -> Any:
    """Return the sum (batch, width) of those that are present, over a power of how many these are;
    0 where there is none.
    """
    there = tf.cast(present, vectors.dtype)[:, :, tf.newaxis]
    count = tf.maximum(tf.reduce_sum(there, axis=1), 1)
    return tf.reduce_sum(visible(vectors, present), axis=1) / count**power


class Dropout(keras.layers.Layer):  # type: ignore[misc]
    """Sets units to zero while training (Srivastava et al. 2014), by the draws of the step.

    Outside a step of training nothing is dropped.
    """

    def __init__(self, rate: float, place: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.place = place
        self.supports_masking = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Return the inputs, thinned out where a step is under way."""
        draws = current()
        if not training or draws is None or not self.rate:
            return inputs
        shape = tf.unstack(tf.shape(inputs))
        kept = draws.uniform(self.place, shape) >= self.rate
        return inputs * tf.cast(kept, inputs.dtype) / (1 - self.rate)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "rate": self.rate, "place": self.place}


class Bag(keras.layers.Layer):  # type: ignore[misc]
    """The sum of the vectors of a sequence of ids, without those of padding, over a power of how
    many there are: 1 gives their mean, ½ lets more of them say more. 0 where all is padding.
    """

    def __init__(self, power: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.power = power

    def call(self, inputs: Any) -> Any:
        """Return (batch, width) of vectors (batch, length, width) and ids (batch, length)."""
        vectors, ids = inputs
        return mean(vectors, tf.not_equal(ids, 0), self.power)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "power": self.power}


class LogOdds(keras.layers.Layer):  # type: ignore[misc]
    """log(p / (1 - p)) of probabilities, kept a little from 0 and 1."""

    def call(self, inputs: Any) -> Any:
        """Return them, of the same shape."""
        kept = tf.clip_by_value(inputs, SMALLEST, 1 - SMALLEST)
        return tf.math.log(kept) - tf.math.log(1 - kept)


class Log(keras.layers.Layer):  # type: ignore[misc]
    """log(p) of probabilities, kept a little from 0."""

    def call(self, inputs: Any) -> Any:
        """Return them, of the same shape."""
        return tf.math.log(tf.maximum(inputs, SMALLEST))


class Bias(keras.layers.Layer):  # type: ignore[misc]
    """Adds a learned vector: the head of a model that gives logits but for it."""

    def __init__(self, start: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start = [float(value) for value in start]

    def build(self, shape: Any) -> None:
        """Make the vector."""
        initial = keras.initializers.Constant(self.start)
        self.bias = self.add_weight("bias", (len(self.start),), initializer=initial)
        super().build(shape)

    def call(self, inputs: Any) -> Any:
        """Return the inputs, (batch, outputs), with it."""
        return inputs + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "start": self.start}


class ItemScores(keras.layers.Layer):  # type: ignore[misc]
    """A vector and a bias per item; a score is their product with a row's vector, and the bias."""

    def __init__(self, start: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start = [float(value) for value in start]

    def build(self, shape: Any) -> None:
        """Make the table, which starts at zero: the first answer is the bias."""
        self.table = self.add_weight("items", (len(self.start), shape[-1]), initializer="zeros")
        self.bias = self.make_bias()
        super().build(shape)

    def make_bias(self) -> Any:
        """Make the bias of each item."""
        initial = keras.initializers.Constant(self.start)
        return self.add_weight("bias", (len(self.start),), initializer=initial)

    def read(self, inputs: Any) -> tuple[Any, Any]:
        """Return the vectors of rows, (batch, width), and of items, (items, width)."""
        return tf.cast(inputs, tf.float32), self.table

    def call(self, inputs: Any) -> Any:
        """Return the scores of all items, (batch, items)."""
        vectors, table = self.read(inputs)
        return tf.matmul(vectors, table, transpose_b=True) + self.bias

    def of(self, inputs: Any, codes: Any) -> Any:
        """Return the scores (batch, n) of codes (batch, n)."""
        vectors, table = self.read(inputs)
        found = tf.einsum("bw,bnw->bn", vectors, tf.gather(table, codes))
        return found + tf.gather(self.bias, codes)

    def of_all(self, inputs: Any, codes: Any) -> Any:
        """Return the scores (batch, n) of codes (n,)."""
        vectors, table = self.read(inputs)
        found = tf.matmul(vectors, tf.gather(table, codes), transpose_b=True)
        return found + tf.gather(self.bias, codes)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        return {**super().get_config(), "start": self.start}


class TiedScores(ItemScores):
    """The same, with vectors of items that a model has already, such as those of its histories."""

    def build(self, shape: Any) -> None:
        """Make the bias alone."""
        self.bias = self.make_bias()
        keras.layers.Layer.build(self, shape)

    def read(self, inputs: Any) -> tuple[Any, Any]:
        """See ``ItemScores.read``."""
        vectors, table = inputs
        return tf.cast(vectors, tf.float32), tf.cast(table, tf.float32)
