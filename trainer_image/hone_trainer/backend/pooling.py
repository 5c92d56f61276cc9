"""The logits of several models as those of one, with shares that are learned."""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import keras, tf

FAR = -80.0
"""Logarithm of a share of nothing."""


class Pool(keras.layers.Layer):  # type: ignore[misc]
    """The logits of a weighted average of answers.

    Where answers are distributions, those of their mixture: exactly what an average of the
    probabilities is. Elsewhere the weighted sum.

    Args:
        mixture: whether answers are distributions; over two classes where there is one logit.
        shares: of each model at the start, of sum 1.
        scales: by which the logits of each are multiplied at first: one over its temperature.
    """

    def __init__(
        self, mixture: bool, shares: list[float], scales: list[float], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.mixture, self.shares, self.scales = mixture, list(shares), list(scales)

    def build(self, shape: Any) -> None:
        """Make a share and a scale for each model."""
        start = tf.math.log(tf.constant(self.shares, tf.float32))
        logs = tf.maximum(start, FAR).numpy().tolist()
        self.logs = self._vector("shares", logs)
        self.factors = self._vector("scales", self.scales)
        super().build(shape)

    def _vector(self, name: str, start: list[float]) -> Any:
        initial = keras.initializers.Constant(start)
        return self.add_weight(name, (len(start),), initializer=initial)

    def call(self, inputs: Any) -> Any:
        """Return logits (batch, outputs) of those of each model, (batch, outputs) each."""
        logits = tf.stack([tf.cast(each, tf.float32) for each in inputs])
        logits = logits * self.factors[:, tf.newaxis, tf.newaxis]
        logs = tf.nn.log_softmax(self.logs)[:, tf.newaxis, tf.newaxis]
        if not self.mixture:
            return tf.reduce_sum(tf.exp(logs) * logits, 0)
        if logits.shape[-1] == 1:
            yes, no = (-tf.nn.softplus(-each) for each in (logits, -logits))
            return tf.reduce_logsumexp(logs + yes, 0) - tf.reduce_logsumexp(logs + no, 0)
        return tf.reduce_logsumexp(logs + tf.nn.log_softmax(logits, axis=-1), 0)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of."""
        own = {"mixture": self.mixture, "shares": self.shares, "scales": self.scales}
        return {**super().get_config(), **own}
