"""How a training goes: resume or start, block by block, checkpoints on the way, the best kept."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.backend.keras import keras
from hone_trainer.contract.assignment import Interrupted, StageFailure
from hone_trainer.dataset.divergence import diverged
from hone_trainer.models.graph import open_graph
from hone_trainer.models.weight_inventory import training_bytes
from hone_trainer.train.beginning import beginning, noted
from hone_trainer.train.checkpoint_manager import CheckpointManager
from hone_trainer.train.feeding import agreed, every_of, require_batch
from hone_trainer.train.gang_all_reduce import GangSum
from hone_trainer.train.objective import Objective
from hone_trainer.train.phases import Phases
from hone_trainer.train.row_log import RowLog, folder_of
from hone_trainer.train.schedule import factor, settled
from hone_trainer.train.sequence_objective import sequential
from hone_trainer.train.step_sums import mean_losses
from hone_trainer.train.throughput import Throughput
from hone_trainer.train.train_state import TrainState
from hone_trainer.train.validation import LOSS, Validation, shown

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.pod.context import Context
    from hone_trainer.train.beginning import Beginning
    from hone_trainer.train.feed import Feed
    from hone_trainer.train.spec import Train

_log = logging.getLogger("hone")


class Training:
    """One training in one pod.

    Args:
        stage: how it is done.
        ctx: the pod around it.
        dataset: whose rows.
        feed: of the training rows.
        strategy: of this pod, as ``stage.strategy`` has opened it.
        begun: what its weights start from; where nothing is said, what the stage says.
    """

    def __init__(
        self,
        stage: Train,
        ctx: Context,
        dataset: Dataset,
        feed: Feed,
        strategy: Any,
        begun: Beginning | None = None,
    ) -> None:
        require_batch(feed, stage.batch_size or 1)
        self.ctx, self.dataset, self.schema = ctx, dataset, dataset.schema
        self.begun = begun
        freeze = stage.start_from.freeze if stage.start_from else None
        frozen = begun.frozen_epochs if begun else freeze.epochs if freeze else 0
        settled_model = stage.model.settled(self.schema, ctx.store)
        stage = stage.model_copy(update={"model": settled_model})
        chosen = stage.strategy.value
        chosen.require_room(lambda: training_bytes(stage.model, self.schema))
        replicas = strategy.num_replicas_in_sync
        stage = stage.settled(feed.counted, replicas, listed=feed.listed)
        self.stage = stage
        if stage.batch % replicas or not stage.batch:
            message = f"train.batchSize {stage.batch} is no multiple of {replicas} replicas"
            remedy = "make it one, or lower the replicas of train.strategy to the rows there are"
            raise StageFailure("BatchIndivisible", f"{message}: {remedy}")
        seed = ctx.task.seed * 1_000_003 + ctx.task.member
        keras.utils.set_random_seed(seed % 2**31)
        keras.mixed_precision.set_global_policy(stage.precision_policy)
        self.sequential = begun is None and stage.sequential(self.schema)
        objective_of = begun.objective if begun else Objective.of
        if self.sequential:
            objective_of = sequential(stage.batch // replicas)
        with chosen.scope(strategy):
            graph = open_graph(stage.model, self.schema)
            objective = objective_of(graph, self.schema)
            model = objective.graph.whole
            self.optimizer = stage.optimizer.value.open(stage.batch, stage.model.model.decay)
            self.optimizer.build(objective.variables)
        self.steps = chosen.steps(stage, strategy, objective, self.optimizer, feed, seed)
        self.objective = objective
        every = every_of(dataset, feed, ctx.task.members)
        self.validation = Validation(objective, dataset.read("validation", every=every))
        self.all_reduce = GangSum(strategy)
        self.variables = chosen.variables(strategy, model, self.optimizer).beside(objective.aside)
        self.checkpoints = CheckpointManager(stage, ctx, self.variables, self.all_reduce)
        self.phases = Phases(frozen, self.variables, self.steps, objective.variables)
        folder = folder_of(ctx.task.prefix, ctx.digest)
        self.row_log = RowLog(ctx.store, folder, ctx.task.attempt, ctx.rank)
        self.steps.log_rows = stage.row_log
        self.state = TrainState()
        self.throughput = Throughput(chosen.replicas())

    def run(self) -> None:
        """Train what is not done yet."""
        resumed = self._resume()
        agree = (self.state, self.dataset, self.ctx, self.all_reduce)
        self.steps.take(agreed(self.steps.feed, *agree, sequential=self.sequential))
        if not resumed:
            self._start()
        while self.state.epochs < self.stage.epochs and not self._settled():
            self._epoch()
        self.checkpoints.flush()

    def _start(self) -> None:
        """Begin before the first step."""
        names = self.variables.names
        found = self.begun or beginning(self.stage, self.dataset, self.ctx.store, names)
        self.variables.start(found.given)
        if found.facts:
            judge = self.validation if self.ctx.chief else None
            self.state.start = noted(found.facts, self.all_reduce, judge)
            self._tell(self.state.start["told"])
        if self.ctx.chief and self.stage.divergence.rollbacks:
            self.checkpoints.save(self.state)  # something to go back to, from the first step on

    def _settled(self) -> bool:
        """Say whether the training has seen enough; the chief knows, and tells its gang."""
        state, keep = self.state, self.stage.keep
        if keep != "best" and self.stage.patience is None:
            return False
        done = state.costs, state.step, self.stage.patience, self.phases.epochs
        enough = self.ctx.chief and settled(*done)
        return bool(self.all_reduce(np.array([float(enough)]))[0] > 0)

    def _resume(self) -> bool:
        state = self.checkpoints.resume()
        if state is None:
            return False
        self.state = state
        self._set_rate()
        left = state.step - state.epochs * self.steps.per_epoch
        where = f"after epoch {state.epochs}"
        if left:
            where = f"in epoch {state.epochs + 1}, after step {left} of {self.steps.per_epoch}"
        self._tell(f"resumed {where}")
        return True

    def _epoch(self) -> None:
        state, number = self.state, self.state.epochs
        first = state.step - number * self.steps.per_epoch
        begun = time.monotonic()
        at_once = self.stage.steps_per_execution
        self.phases.enter(state.start.get("frozen", ()), number, first)
        self._set_rate()
        for block in self.steps.epoch(number, first, at_once, lambda: self.ctx.heartbeat.asked):
            now = time.monotonic()
            if block.seen is not None:
                self.row_log.write(number, first, block.seen)
                self.all_reduce(np.zeros(1))  # no checkpoint before all have kept theirs
            loss = float(self.objective.shares @ mean_losses(block.sums))
            state.add(block.last - first, block.sums, loss)
            state.seconds += now - begun
            self.throughput.add(block, block.last - first, now - begun)
            first, begun = block.last, now
            self.ctx.heartbeat.promise(self.stage.hang_seconds)
            if not np.isfinite(loss):
                self._diverged()
                return
            if block.stop:
                self._stop()
            self._set_rate()
            self._tell(f"epoch {number + 1}/{self.stage.epochs}")
            if first < self.steps.per_epoch:
                self.checkpoints.save_if_due(state)
        if self.ctx.chief:
            self._end_epoch()
        else:
            state.end_epoch({})

    def _end_epoch(self) -> None:
        state = self.state
        loss = float(self.objective.shares @ mean_losses(np.asarray(state.sums)))
        measured = self.validation.measure() | self.objective.beside(self.validation.rows)
        measured |= {"loss": loss} | self.throughput.figures()
        state.end_epoch(measured, self.validation.fitted, self.validation.cost(measured))
        self.ctx.heartbeat.beat()
        self.checkpoints.end_epoch(state)
        told = state.history[-1]
        message = f"epoch {state.epochs}/{self.stage.epochs}: loss {told['loss']:.4f}, "
        message += f"validation loss {told[LOSS]:.4f}, {self.validation.headline(told)}"
        self._tell(message + self.throughput.warning())

    def _stop(self) -> None:
        """Save what is done, and leave together."""
        if self.ctx.chief:
            self.checkpoints.save(self.state)
            self.checkpoints.flush()
        self.all_reduce(np.zeros(1))
        done = f"step {self.state.step} of {self.stage.epochs * self.steps.per_epoch}"
        raise Interrupted(f"asked to stop; {done} is saved")

    def _diverged(self) -> None:
        """Go back to the last checkpoint with a lower rate, or give up."""
        lost = self.state
        said = f"the loss became {lost.trace[-1][1]} in epoch {lost.epochs + 1}"
        if lost.rollbacks >= self.stage.divergence.rollbacks:
            tried = f" after {lost.rollbacks} rollbacks" if lost.rollbacks else ""
            raise diverged(f"{said}{tried}", self.steps.feed.held, self.schema)
        if not self._resume():
            raise diverged(f"{said}, and no checkpoint is whole", self.steps.feed.held, self.schema)
        self.state.rollbacks = lost.rollbacks + 1
        self.state.rate = lost.rate * self.stage.divergence.rate_factor
        self._set_rate()
        said += f": back at step {self.state.step}, learning rate × {self.state.rate:g}"
        _log.warning(said)
        self._tell(said)

    def _set_rate(self) -> None:
        """Set the rate of the next block: a function of its first step, whoever resumes there."""
        state, stage = self.state, self.stage
        share = factor(stage.schedule, state.step, stage.epochs * self.steps.per_epoch)
        if self.begun and state.epochs >= self.begun.frozen_epochs:
            share *= self.begun.rate_after
        rate = stage.optimizer.value.rate(stage.batch) * state.rate * share
        self.optimizer.learning_rate.assign(rate)

    def _tell(self, message: str) -> None:
        if not self.ctx.chief:
            return
        total = self.stage.epochs * self.steps.per_epoch
        last = self.state.history[-1] if self.state.history else {}
        told = shown(last)
        told |= {"loss": self.state.trace[-1][1]} if self.state.trace else {}
        remaining = self.throughput.remaining(total - self.state.step)
        figures = told | self.throughput.figures()
        self.ctx.progress(self.state.step / total, message, figures, remaining)
