"""A network trained a little further, for a technique that changes its weights on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Tell
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models.network import Network
    from hone_trainer.train.feed import Feed

STEPS = 50
"""Steps of training that a technique wants at least."""
BATCH = (32, 4096)
"""Smallest and largest batch: large ones are several times faster, small ones make more steps."""
LEARNING_RATE = 0.002
SEED = 0
"""Of the order of the rows."""


@dataclass(frozen=True)
class Retraining:
    """So many passes over the training rows."""

    feed: Feed
    epochs: int

    @classmethod
    def of(cls, data: Dataset, epochs: int) -> Retraining:
        """Open the rows."""
        from hone_trainer.train.feeding import open_feed

        return cls(open_feed(data), epochs)

    @property
    def batch(self) -> int:
        """Rows or lists a step."""
        return min(max(self.feed.units * self.epochs // STEPS, BATCH[0]), BATCH[1])

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.epochs * -(-self.feed.units // self.batch)

    def run(
        self,
        models: Sequence[Any],
        network: Network,
        each: Callable[[int], None],
        tell: Tell,
        doing: str,
    ) -> None:
        """Train copies of the parts of a network, together, as they answer.

        Args:
            models: the copies.
            network: whose shares and targets count.
            each: called with the steps that are done, before the first one and after each.
            tell: called after each.
            doing: what is going on, for people.

        Raises:
            StageFailure: the loss is no number (TrainingDiverged).
        """
        import numpy as np
        import tensorflow as tf

        from hone_trainer.backend.keras import keras
        from hone_trainer.train.objective import JointObjective
        from hone_trainer.train.step_sums import mean_losses
        from hone_trainer.train.sync_steps import Steps

        objective = JointObjective.over(list(models), network.shares, network.schema)
        optimizer = keras.optimizers.Adam(LEARNING_RATE)
        optimizer.build(objective.variables)
        strategy = tf.distribute.get_strategy()
        steps = Steps(strategy, objective, optimizer, self.feed, self.batch, SEED)
        done, total = 0, self.steps
        each(done)
        for epoch in range(self.epochs):
            for block in steps.epoch(epoch, 0, 1, lambda: False):
                done += 1
                each(done)
                loss = float(objective.shares @ mean_losses(block.sums))
                if not np.isfinite(loss):
                    message = f"the loss became infinite while {doing}"
                    raise StageFailure("TrainingDiverged", message)
                tell(done / total, f"{doing}, step {done} of {total}, loss {loss:.4f}")
