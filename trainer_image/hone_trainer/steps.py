"""Training steps as one compiled loop, the same for one device and for many pods.

Every batch is a pure function of (seed, epoch, step, replica): whoever resumes at an epoch sees the
rows that an uninterrupted run would have seen. Between pods only gradients travel: metrics stay
where they are until the epoch ends, and gradients of embeddings are made dense where the table is
small, so that a step costs one collective instead of seven.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset import Rows
from hone_trainer.keras import keras, tf

DENSE_RATIO = 8
"""Rows of a table per id of a step, up to which its gradient travels dense."""
EVALUATION_BATCH = 8192
"""Rows that are evaluated at a time."""


class Steps:
    """The compiled steps of one training.

    Args:
        strategy: the tf.distribute strategy in whose scope model and optimizer were made.
        model: Keras model, inputs by column name, output (batch, 1).
        optimizer: Keras optimizer.
        rows: all training rows of the member, the same in every pod.
        batch: rows per step over all replicas; a multiple of the number of replicas.
        seed: of the order of the rows.
    """

    def __init__(
        self, strategy: Any, model: Any, optimizer: Any, rows: Rows, batch: int, seed: int
    ) -> None:
        self._strategy = strategy
        self._model = model
        self._optimizer = optimizer
        self._features = {name: tf.constant(values) for name, values in rows.features.items()}
        self._labels = tf.constant(rows.labels)
        self._batch = batch
        self._share = batch // strategy.num_replicas_in_sync
        self._seed = seed
        self._run = tf.function(self._run_eagerly)
        self.per_epoch = len(rows) // batch

    def epoch(self, number: int, at_once: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Run an epoch.

        Args:
            number: which; decides the order of the rows.
            at_once: steps between two returns to Python.

        Yields:
            After each block: steps done so far, and this pod's sums over them: loss, hits, rows.
        """
        rows = len(self._labels)
        order = np.random.default_rng([self._seed, number]).permutation(rows)
        order = tf.constant(order[: self.per_epoch * self._batch])
        sums = np.zeros(3)
        for first in range(0, self.per_epoch, at_once):
            last = min(first + at_once, self.per_epoch)
            sums += self._run(order, tf.constant(first), tf.constant(last)).numpy()
            yield last, sums

    def _run_eagerly(self, order: Any, first: Any, last: Any) -> Any:
        sums = tf.zeros(3)
        for step in tf.range(first, last):
            given = self._strategy.run(self._step, args=(order, step))
            sums += tf.add_n(self._strategy.experimental_local_results(given))
        return sums

    def _step(self, order: Any, step: Any) -> Any:
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        start = step * self._batch + replica * self._share
        chosen = tf.slice(order, [start], [self._share])
        features = {name: tf.gather(values, chosen) for name, values in self._features.items()}
        labels = tf.gather(self._labels, chosen)
        with tf.GradientTape() as tape:
            probabilities = self._model(features, training=True)
            losses = keras.losses.binary_crossentropy(labels, probabilities)
            loss = tf.reduce_sum(losses) / self._batch
        variables = self._model.trainable_variables
        gradients = [self._travelling(g) for g in tape.gradient(loss, variables)]
        self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
        hits = tf.reduce_sum(tf.cast((probabilities >= 0.5) == (labels > 0.5), tf.float32))
        return tf.stack([tf.reduce_sum(losses), hits, float(self._share)])

    def _travelling(self, gradient: Any) -> Any:
        if not isinstance(gradient, tf.IndexedSlices):
            return gradient
        ids = gradient.indices.shape[0] or self._share
        dense = gradient.dense_shape is not None and tf.get_static_value(gradient.dense_shape)
        if dense is None or dense is False or dense[0] > DENSE_RATIO * ids:
            return gradient
        return tf.convert_to_tensor(gradient)


class GangSum:
    """Sums an array over the pods of the gang; also a barrier, as every pod must arrive."""

    def __init__(self, strategy: Any) -> None:
        self._alone = not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        self._replicas = 1 if self._alone else len(strategy.extended.worker_devices)
        self._sum = tf.function(
            lambda mine: strategy.reduce("SUM", strategy.run(tf.identity, args=(mine,)), axis=None)
        )

    def __call__(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the sum; every pod must pass an array of the same shape."""
        if self._alone:
            return value
        total: NDArray[np.float64] = self._sum(tf.constant(value / self._replicas)).numpy()
        return total


def predictor(model: Any) -> Any:
    """Give a function from features, by column name, to probabilities (rows,)."""
    compiled = tf.function(lambda features: model(features, training=False), reduce_retracing=True)

    def predict(features: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
        rows = len(next(iter(features.values())))
        batches = (slice(i, i + EVALUATION_BATCH) for i in range(0, rows, EVALUATION_BATCH))
        given = [compiled({n: tf.constant(v[b]) for n, v in features.items()}) for b in batches]
        return np.concatenate([batch.numpy()[:, 0] for batch in given])

    return predict
