"""What a training keeps: checkpoints on the way, and the weights of its best epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.store.chunked_array import ChunkedArray
from hone_trainer.train.async_checkpointer import AsyncCheckpointer
from hone_trainer.train.checkpoints import Checkpoints, Found
from hone_trainer.train.train_state import TrainState
from hone_trainer.train.weight_average import joined

if TYPE_CHECKING:
    from hone_trainer.pod.context import Context
    from hone_trainer.train.spec import Train

Values = Mapping[str, Sequence[ChunkedArray]]


class CheckpointManager:
    """The state of one training, saved by its chief and read back by all.

    Args:
        stage: what the user wants.
        ctx: the pod's surroundings.
        variables: model and optimiser.
        all_reduce: sums an array over the gang.
    """

    def __init__(self, stage: Train, ctx: Context, variables: Any, all_reduce: Any) -> None:
        self.best: Sequence[ChunkedArray] = ()
        """Weights of the best epoch so far."""
        self.mean: Sequence[ChunkedArray] = ()
        """The mean of the weights after so many epochs as the state says."""
        self._keep = stage.keep
        self._epochs = stage.epochs
        self._chief = ctx.chief
        self._variables = variables
        self._all_reduce = all_reduce
        task, kept = ctx.task, stage.checkpoint.keep
        self._checkpoints = Checkpoints(ctx.store, task.prefix, ctx.digest, task.attempt, kept)
        self._checkpointer = AsyncCheckpointer(self._checkpoints, stage.checkpoint.every_seconds)

    def resume(self) -> TrainState | None:
        """Put everything back to the last checkpoint; None where there is none."""
        self.flush()
        if self._chief:
            self._checkpoints.begin()
        if self._variables.live:
            # One reads for all, straight into the servers: too much to read it twice.
            found = self._checkpoints.latest(lambda found: self._variables.put(found.groups))
        else:
            found = self._agree()
        if found is None:
            return None
        self.best, self.mean = found.groups["best"], found.groups.get("mean", ())
        return TrainState.load(found.facts)

    def save_if_due(self, state: TrainState) -> None:
        """Save in the middle of an epoch, if it is time."""
        if self._chief and self._checkpointer.due():
            self.save(state)

    def end_epoch(self, state: TrainState) -> None:
        """Keep the weights if the epoch was the best so far, and save if it is time."""
        values = None
        better, counted = self._better(state), self._counted(state)
        if better or counted:
            values = self._variables.take()
        if values and better:
            self.best, state.best_epoch = values["weights"], state.epochs
        if values and counted:
            self.mean = joined(self.mean, state.averaged, values["weights"])
            state.averaged += 1
        if self._checkpointer.due(epoch_ends=True) or (better and self._variables.live):
            self.save(state, values)

    def save(self, state: TrainState, values: Values | None = None) -> None:
        """Save the state in the background, or at once where it would change in the meantime."""
        best, mean = self.best, self.mean

        def kept(found: Found) -> None:
            if self.best is best:
                self.best = found.groups["best"]  # in the store: no need for them in memory

        take = lambda: {**(values or self._variables.take()), "best": best, "mean": mean}  # noqa: E731
        self._checkpointer.save(state.step, state.dump(), take, kept)
        if self._variables.live:
            self.flush()

    def flush(self) -> None:
        """Wait for what is on its way."""
        self._checkpointer.flush()

    def weights(self) -> tuple[ChunkedArray, ...]:
        """Return the best weights as a model has them that was built alone."""
        tables: tuple[ChunkedArray, ...] = self._variables.tables(self.best)
        return tables

    def _agree(self) -> Found | None:
        # The chief decides for all: a zombie may be writing while the others look.
        found = self._checkpoints.latest() if self._chief else None
        mine = [found.attempt + 1.0, found.step] if found else [0.0, 0.0]
        # Rounded: the sum over a pod's seven devices may be a hair less than what it began with.
        attempt, step = (round(float(each)) for each in self._all_reduce(np.array(mine)))
        if not attempt:
            return None
        found = found or self._checkpoints.read(attempt - 1, step)
        self._variables.put(found.groups)
        return found

    def _counted(self, state: TrainState) -> bool:
        """Say whether the weights after this epoch are part of the mean: in the second half."""
        finite = bool(np.isfinite(state.costs[-1]))
        return self._keep == "average" and finite and 2 * state.epochs > self._epochs

    def _better(self, state: TrainState) -> bool:
        if not np.isfinite(state.costs[-1]):
            return False
        if self._keep == "last":
            return state.epochs == self._epochs
        return state.costs[-1] <= min(state.costs)
