"""Training steps on workers whose variables lie on parameter servers.

The chief hands out blocks of steps; whichever worker is free takes the next one, reads the rows of
the tables that it needs, and sends back what they change. Workers do not wait for each other, so a
gradient may be a few steps old. Rows travel with the block: an id takes 4 bytes, its embedding and
gradient some hundreds, so feeding the workers adds next to nothing and they need no data of their
own. A block whose worker is lost goes to another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.draws import Draws
from hone_trainer.backend.keras import tf
from hone_trainer.tasks.learned import Targets
from hone_trainer.train.feed import Feed
from hone_trainer.train.objective import Objective, loss_weights
from hone_trainer.train.step_sums import Block
from hone_trainer.train.units import PADDING

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows

IN_FLIGHT = 4
"""Blocks handed out per worker before the chief collects them: enough to keep all of them busy."""


class ServedSteps:
    """The compiled steps of one training, driven by its chief.

    Args:
        strategy: the ``ParameterServerStrategy``.
        objective: what is minimised, made in its scope.
        optimizer: Keras optimizer made in its scope.
        feed: the training rows of the member.
        batch: rows per step, each step on one worker.
        seed: of the order of the rows.
        workers: pods that compute.
    """

    def __init__(
        self,
        strategy: Any,
        objective: Objective,
        optimizer: Any,
        feed: Feed,
        batch: int,
        seed: int,
        workers: int,
    ) -> None:
        self._coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
        self._strategy = strategy
        self._objective = objective
        self._optimizer = optimizer
        self._batch = batch
        self._seed = seed
        self._chance = seed % 2**31
        self._workers = workers
        self.train(objective.variables)
        self.take(feed)

    def take(self, feed: Feed) -> None:
        """Have rows from there; see ``Steps.take``."""
        self.feed, self.per_epoch = feed, -(-feed.units // self._batch)

    def train(self, variables: Sequence[Any]) -> None:
        """Train these from the next step on; see ``Steps.train``."""
        self._variables = list(variables)
        self._run = tf.function(self._run_eagerly, reduce_retracing=True, autograph=False)

    def epoch(self, number: int, first: int, at_once: int, stop: Any) -> Iterator[Block]:
        """Run an epoch, or what is left of it; see ``Steps.epoch``."""
        stride = at_once * self._workers * IN_FLIGHT
        for portion in self.feed.portions(self._seed, number, self._batch, first):
            begin, waited = portion.first, portion.waited
            end, done = begin + len(portion.steps), number * self.per_epoch
            while first < end:
                last = min(first + stride, end)
                spans = [(a, min(a + at_once, last)) for a in range(first, last, at_once)]
                steps = [(portion.steps[a - begin : b - begin], done + a) for a, b in spans]
                given = [self._hand_out(portion.rows, *each) for each in steps]
                self._coordinator.join()
                sums = np.sum([np.asarray(each.fetch(), np.float64) for each in given], axis=0)
                feeding = np.full(1, waited / (last - first))
                yield Block(last, sums, bool(stop()), feeding, feeding)
                first, waited = last, 0.0

    def _hand_out(self, rows: Rows, batches: NDArray[np.int32], first: int) -> Any:
        # Padding repeats a row of the step, so that it touches no row of a table by itself.
        chosen = np.where(batches != PADDING, batches, batches[:, :1])
        real = (batches != PADDING).astype(np.float32)
        features = {name: tf.constant(v[chosen]) for name, v in rows.features.items()}
        targets = rows.targets
        values = {name: tf.constant(each.values[chosen]) for name, each in targets.items()}
        weights = {name: tf.constant(loss_weights(rows, name)[chosen] * real) for name in targets}
        args = (features, values, weights, tf.constant(real), tf.constant(first))
        return self._coordinator.schedule(self._run, args=args)

    def _run_eagerly(self, features: Any, values: Any, weights: Any, real: Any, first: Any) -> Any:
        def run(step: Any, told: Any) -> Any:
            given = [{n: v[step] for n, v in each.items()} for each in (features, values, weights)]
            args = (*given, real[step], first + step)
            return step + 1, told + self._strategy.run(self._step, args=args)

        steps = tf.shape(real)[0]
        start = (tf.constant(0), tf.zeros(2 * len(values) + 1))
        return tf.while_loop(lambda step, _: step < steps, run, start)[1]

    def _step(self, features: Any, values: Any, weights: Any, real: Any, number: Any) -> Any:
        targets = {name: Targets(values[name], weights[name]) for name in values}
        totals = tf.stack([tf.reduce_sum(weights[name]) for name in self._objective.names])
        draws = Draws(tf.stack([self._chance, number]))
        with tf.GradientTape() as tape:
            losses = self._objective.losses(features, targets, draws)
            minimised, sums = self._objective.minimised(losses, totals)
        gradients = tape.gradient(minimised, self._variables)
        self._optimizer.apply_gradients(
            zip(gradients, self._variables, strict=True), skip_gradients_aggregation=True
        )
        return tf.concat([sums, totals, [tf.reduce_sum(real)]], 0)
