"""Training steps on workers whose variables lie on parameter servers.

The chief hands out blocks of steps; whichever worker is free takes the next one, reads the rows of
the tables that it needs, and sends back what they change. Workers do not wait for each other, so a
gradient may be a few steps old. Rows travel with the block: an id takes 4 bytes, its embedding and
gradient some hundreds, so feeding the workers adds next to nothing and they need no data of their
own. A block whose worker is lost goes to another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.keras import keras, tf
from hone_trainer.rows.dataset import Rows
from hone_trainer.train.step_sums import Block
from hone_trainer.train.sync_steps import PADDING, order_of

IN_FLIGHT = 4
"""Blocks handed out per worker before the chief collects them: enough to keep all of them busy."""


class ServedSteps:
    """The compiled steps of one training, driven by its chief.

    Args:
        strategy: the ``ParameterServerStrategy``.
        model: Keras model made in its scope, inputs by column name, output (batch, 1).
        optimizer: Keras optimizer made in its scope.
        rows: all training rows of the member.
        batch: rows per step, each step on one worker.
        seed: of the order of the rows.
        workers: pods that compute.
    """

    def __init__(
        self,
        strategy: Any,
        model: Any,
        optimizer: Any,
        rows: Rows,
        batch: int,
        seed: int,
        workers: int,
    ) -> None:
        self._coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
        self._strategy = strategy
        self._model = model
        self._optimizer = optimizer
        self._data = rows
        self._batch = batch
        self._seed = seed
        self._workers = workers
        self._run = tf.function(self._run_eagerly, reduce_retracing=True, autograph=False)
        self.rows = len(rows)
        self.per_epoch = -(-len(rows) // batch)

    def epoch(self, number: int, first: int, at_once: int, stop: Any) -> Iterator[Block]:
        """Run an epoch, or what is left of it; see ``Steps.epoch``."""
        order = order_of(self._seed, number, self.rows, self._batch)
        stride = at_once * self._workers * IN_FLIGHT
        while first < self.per_epoch:
            last = min(first + stride, self.per_epoch)
            spans = [(a, min(a + at_once, last)) for a in range(first, last, at_once)]
            given = [self._hand_out(order[a:b]) for a, b in spans]
            self._coordinator.join()
            sums = sum((np.asarray(each.fetch(), np.float64) for each in given), np.zeros(3))
            yield Block(last, sums, bool(stop()), np.zeros(1), np.zeros(1))
            first = last

    def _hand_out(self, batches: NDArray[np.int32]) -> Any:
        # Padding repeats a row of the step, so that it touches no row of a table by itself.
        chosen = np.where(batches != PADDING, batches, batches[:, :1])
        features = {name: tf.constant(v[chosen]) for name, v in self._data.features.items()}
        real = tf.constant((batches != PADDING).astype(np.float32))
        shares = real
        if self._data.weights is not None:
            shares = tf.constant(relative(self._data.weights[:, 0][chosen], batches != PADDING))
        labels = tf.constant(self._data.labels[chosen])
        return self._coordinator.schedule(self._run, args=(features, labels, real, shares))

    def _run_eagerly(self, features: Any, labels: Any, real: Any, shares: Any) -> Any:
        def run(step: Any, told: Any) -> Any:
            chosen = {name: values[step] for name, values in features.items()}
            args = (chosen, labels[step], real[step], shares[step])
            return step + 1, told + self._strategy.run(self._step, args=args)

        steps = tf.shape(real)[0]
        start = (tf.constant(0), tf.zeros(3))
        return tf.while_loop(lambda step, _: step < steps, run, start)[1]

    def _step(self, features: Any, labels: Any, real: Any, shares: Any) -> Any:
        with tf.GradientTape() as tape:
            probabilities = self._model(features, training=True)
            losses = keras.losses.binary_crossentropy(labels, probabilities) * shares
            mean = tf.reduce_sum(losses) / tf.reduce_sum(real)
        variables = self._model.trainable_variables
        gradients = tape.gradient(mean, variables)
        self._optimizer.apply_gradients(
            zip(gradients, variables, strict=True), skip_gradients_aggregation=True
        )
        right = tf.cast((probabilities >= 0.5) == (labels > 0.5), tf.float32)[:, 0]
        return tf.stack([tf.reduce_sum(losses), tf.reduce_sum(right * real), tf.reduce_sum(real)])


def relative(weights: NDArray[np.float32], real: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give weights (steps, rows) of which the mean over each step's real rows is 1; 0 elsewhere."""
    kept = np.where(real, weights, np.float32(0))
    mean = kept.sum(axis=1, keepdims=True) / real.sum(axis=1, keepdims=True)
    return (kept / np.where(mean > 0, mean, 1)).astype(np.float32)
