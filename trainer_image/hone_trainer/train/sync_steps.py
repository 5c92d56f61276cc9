"""Training steps as one compiled loop, the same for one device and for many pods.

Every batch is a pure function of (seed, epoch, step, replica): whoever resumes at a step sees the
rows that an uninterrupted run would have seen, each exactly once an epoch. A step of several
replicas costs one collective, which also tells every pod how the others fare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.draws import Draws
from hone_trainer.backend.keras import tf
from hone_trainer.tasks.learned import Targets
from hone_trainer.train.feed import Feed, Portion, units_of
from hone_trainer.train.objective import Objective, loss_weights
from hone_trainer.train.packed_all_reduce import exchange
from hone_trainer.train.step_sums import Block
from hone_trainer.train.units import PADDING, lists_of

DENSE_RATIO = 8
"""Rows of a table per id of a step, up to which its gradient is made dense."""


class Steps:
    """The compiled steps of one training on replicas that keep in step.

    Args:
        strategy: the tf.distribute strategy in whose scope model and optimizer were made.
        objective: what is minimised.
        optimizer: Keras optimizer.
        feed: the training rows of the member, the same in every pod.
        batch: rows per step over all replicas, or lists; a multiple of the number of replicas.
        seed: of the order of the rows.
        xla: compile forward and backward pass with XLA.
        lazy: keep gradients of tables sparse, however small the table.
    """

    def __init__(
        self,
        strategy: Any,
        objective: Objective,
        optimizer: Any,
        feed: Feed,
        batch: int,
        seed: int,
        *,
        xla: bool = False,
        lazy: bool = False,
    ) -> None:
        self._strategy = strategy
        self._objective = objective
        self._optimizer = optimizer
        self._wanted = batch
        self._replicas = strategy.num_replicas_in_sync
        self._seed = seed
        self._chance = seed % 2**31
        self._lazy = lazy
        self._xla = xla
        self.train(objective.variables)
        self.log_rows = False
        """Whether blocks say which rows this pod has seen; to be set before the first epoch."""
        self.take(feed)

    def take(self, feed: Feed) -> None:
        """Have the rows of the next epoch from there."""
        self.feed = feed
        self._held: Any = None
        self._tensors: tuple[Any, ...] = ()
        self._batch = units_of(self._wanted, feed)
        each = -(-self._batch // self._replicas)
        self._share = each * feed.length
        self._padding = each * self._replicas - self._batch
        self._read = feed.length if feed.sequential else 1
        self.per_epoch = -(-feed.units // self._batch)

    def train(self, variables: Sequence[Any]) -> None:
        """Train these from the next step on, and no others; the optimizer was built for all."""
        self._variables = list(variables)
        # Without AutoGraph: rewriting Keras's own source takes longer than an epoch of this model.
        plainly = {"autograph": False}
        compiled = tf.function(self._learn_eagerly, jit_compile=True, **plainly)
        self._learn = compiled if self._xla else self._learn_eagerly
        # Windows of a feed differ in their rows: one graph for all of them.
        self._run = tf.function(self._run_eagerly, reduce_retracing=True, **plainly)

    def epoch(self, number: int, first: int, at_once: int, stop: Any) -> Iterator[Block]:
        """Run an epoch, or what is left of it.

        Args:
            number: which; decides the order of the rows.
            first: steps of it that are done already.
            at_once: steps between two returns to Python.
            stop: function; says whether this pod was asked to stop.
        """
        for portion in self.feed.portions(self._seed, number, self._batch, first):
            steps, end = portion.steps, portion.first + len(portion.steps)
            if self._padding:
                behind = ((0, 0), (0, self._padding * self.feed.length))
                steps = np.pad(steps, behind, constant_values=PADDING)
            order = tf.constant(steps)
            done = tf.constant(number * self.per_epoch + portion.first)
            given, waited = self._tensors_of(portion), portion.waited
            while first < end:
                # Blocks begin at the same steps whoever resumes: the sums add up in the same order.
                last = min(first - first % at_once + at_once, end)
                span = (tf.constant(first - portion.first), tf.constant(last - portion.first))
                beside = tf.constant([float(stop()), waited / (last - first)])
                told, seen = self._run(given, order, *span, done, beside)
                rows = seen.numpy() if self.log_rows else None
                yield self._block(told.numpy(), rows, first, last)
                first, waited = last, 0.0

    def _tensors_of(self, portion: Portion) -> tuple[Any, ...]:
        """Return rows as the steps take them: features, values and weights by name, numbers."""
        if portion.rows is not self._held:
            self._tensors = ()  # those of the last portion are not needed beside the new ones
            rows = self._held = portion.rows
            self._tensors = (
                {name: tf.constant(values) for name, values in rows.features.items()},
                {name: tf.constant(each.values) for name, each in rows.targets.items()},
                {name: tf.constant(loss_weights(rows, name)) for name in rows.targets},
                tf.constant(portion.numbers),
            )
        return self._tensors

    def _block(
        self, told: NDArray[np.float32], seen: NDArray[np.int32] | None, first: int, last: int
    ) -> Block:
        sums, stop, seconds = np.split(told.astype(np.float64), [self._sums, self._sums + 1])
        feeding, computing = seconds.reshape(2, self._replicas) / (last - first)
        return Block(last, sums, bool(stop > 0), feeding, computing, seen)

    @property
    def _sums(self) -> int:
        """Loss and weight of each target, and rows."""
        return 2 * len(self._objective.names) + 1

    def _run_eagerly(
        self, given: Any, order: Any, first: Any, last: Any, done: Any, beside: Any
    ) -> Any:
        here = self._strategy.experimental_local_results

        def run(step: Any, told: Any, seen: Any) -> Any:
            args = (given, order[step], done + step, beside)
            found, rows = self._strategy.run(self._step, args=args)
            if self.log_rows:
                seen = seen.write(step - first, tf.concat(here(rows), 0))
            return step + 1, told + here(found)[0], seen

        told = tf.zeros(self._sums + 1 + 2 * self._replicas)
        seen = tf.TensorArray(tf.int32, last - first if self.log_rows else 0)
        _, told, seen = tf.while_loop(lambda step, *_: step < last, run, (first, told, seen))
        return told, seen.stack() if self.log_rows else told

    def _step(self, given: Any, batch: Any, number: Any, beside: Any) -> Any:
        all_features, all_values, all_weights, numbers = given
        stop, waited = tf.unstack(beside)
        context = tf.distribute.get_replica_context()
        place = context.replica_id_in_sync_group
        begun = tf.timestamp()
        with tf.control_dependencies([begun]):
            chosen = tf.slice(batch, [place * self._share], [self._share])
        real = tf.cast(chosen != PADDING, tf.float32)
        lists = self._lists(chosen, self._share)
        # Padding repeats a row of the step, so that it touches no row of a table by itself.
        chosen = tf.where(chosen != PADDING, chosen, batch[0])
        read = chosen[:: self._read]
        features = {name: tf.gather(values, read) for name, values in all_features.items()}
        values = {name: tf.gather(each, chosen) for name, each in all_values.items()}
        weights = {name: tf.gather(w, chosen) * real for name, w in all_weights.items()}
        rows = tf.where(real > 0, tf.gather(numbers, chosen), PADDING)
        with tf.control_dependencies([*features.values(), *values.values()]):
            fed = tf.timestamp()
        # What needs no rows, such as the draws of a step, would else be done, and counted, before.
        with tf.control_dependencies([fed]):
            seed, first = tf.stack([self._chance, number]), place * (self._share // self._read)
            totals = self._totals(all_values, all_weights, batch)
        gradients, losses = self._learn(features, values, weights, lists, totals, seed, first)
        pairs = zip(gradients, self._variables, strict=True)
        gradients = [self._travelling(gradient, variable) for gradient, variable in pairs]
        with tf.control_dependencies([losses, *gradients]):
            done = tf.timestamp()
        mine = tf.one_hot(place, self._replicas)
        seconds = [
            (waited + tf.cast(fed - begun, tf.float32)) * mine,
            (waited + tf.cast(done - begun, tf.float32)) * mine,
        ]
        counts = self._objective.weights(self._targets(values, weights, lists))
        told = tf.concat([losses, counts, [tf.reduce_sum(real), stop], *seconds], 0)
        gradients, told = exchange(context, gradients, told)
        self._optimizer.apply_gradients(
            zip(gradients, self._variables, strict=True), skip_gradients_aggregation=True
        )
        return told, rows

    def _totals(self, all_values: Any, all_weights: Any, batch: Any) -> Any:
        """Return the weight of each target in the global batch, (targets,)."""
        there = tf.cast(batch != PADDING, tf.float32)
        rows = tf.where(batch != PADDING, batch, batch[0])
        values = {name: tf.gather(each, rows) for name, each in all_values.items()}
        weights = {name: tf.gather(w, rows) * there for name, w in all_weights.items()}
        lists = self._lists(batch, self._share * self._replicas)
        return self._objective.weights(self._targets(values, weights, lists))

    def _lists(self, chosen: Any, rows: int) -> Any:
        """Return the places of each list among the rows of a step; none where rows are units."""
        if not self.feed.listed:
            return tf.zeros((0, 1), tf.int32)
        places = lists_of(rows, self.feed.length)
        there = tf.reshape(chosen != PADDING, places.shape)
        return tf.where(there, places, PADDING)

    def _targets(self, values: Any, weights: Any, lists: Any) -> dict[str, Targets]:
        return {name: Targets(values[name], weights[name], lists) for name in values}

    def _learn_eagerly(
        self,
        features: Any,
        values: Any,
        weights: Any,
        lists: Any,
        totals: Any,
        seed: Any,
        first: Any,
    ) -> Any:
        """Return gradients of this replica's part of the objective, and its sums of loss."""
        targets = self._targets(values, weights, lists)
        length = self.feed.length // self._read
        draws = Draws(seed, first, self._batch * length, self._padding * length)
        with tf.GradientTape() as tape:
            losses = self._objective.losses(features, targets, draws)
            minimised, sums = self._objective.minimised(losses, totals)
        return tape.gradient(minimised, self._variables), sums

    def _travelling(self, gradient: Any, variable: Any) -> Any:
        if not isinstance(gradient, tf.IndexedSlices) or self._lazy:
            return gradient
        # The variable tells its rows also where XLA knows no values, of shapes neither.
        rows, ids = variable.shape[0], gradient.indices.shape[0]
        if ids is None or rows > DENSE_RATIO * ids * self._replicas:
            return gradient
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, rows)
