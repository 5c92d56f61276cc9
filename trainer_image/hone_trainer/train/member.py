"""One pod of a member's training: it waits for its gang, trains, and the chief reports."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import Report
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.pod import devices
from hone_trainer.train.feed import HeldFeed
from hone_trainer.train.feeding import open_feed
from hone_trainer.train.loop import Training
from hone_trainer.train.outcome import Outcome
from hone_trainer.train.thin_parts import thin_parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hone_trainer.pod.context import Context
    from hone_trainer.train.beginning import Beginning
    from hone_trainer.train.feed import Feed
    from hone_trainer.train.gang_all_reduce import GangSum
    from hone_trainer.train.spec import Train
    from hone_trainer.train.strategies.strategy import Strategy

STARTING = 6
"""Times ``hangSeconds`` that pass at most while the gang comes together, or the first block is
compiled and run: where cores are scarce, both take far longer than any block that follows."""
LINGER_S = 0.5
"""How long the chief stays after the last barrier, so that its peers have left it first."""
_log = logging.getLogger("hone")
_kept: list[Training] = []
"""A gang's training stays until its process ends: TensorFlow asks every worker before it frees a
function, and one that is frozen never answers."""


def enter(strategy: Strategy, ctx: Context, hang_seconds: int) -> Any:
    """Take this pod's place in its gang, before anything else of TensorFlow: devices are settled.

    Args:
        strategy: of the training; pods that only serve others do so until they are ended.
        ctx: the pod around it.
        hang_seconds: of the training.

    Returns:
        The ``tf.distribute.Strategy`` of this pod, once all others are there.
    """
    if strategy.serves(ctx.task.role):
        _log.info("%s %s serves its gang", ctx.task.role, ctx.rank)
        strategy.serve()
    devices.require(ctx.task.gpus)
    if ctx.size > 1:
        ctx.progress(0.0, "waiting for the gang")
    with ctx.heartbeat.beats(STARTING * hang_seconds):
        return strategy.open()


def leave(all_reduce: GangSum, ctx: Context) -> None:
    """Wait for the others of the gang; the chief leaves last."""
    all_reduce(np.zeros(1))
    time.sleep(LINGER_S if ctx.chief and ctx.size > 1 else 0)


def others(ctx: Context) -> Report:
    """Return what a pod says that is not the chief."""
    return Report(message=f"worker {ctx.rank} done; the chief reports")


def train(
    stage: Train,
    ctx: Context,
    strategy: Any,
    begun: Beginning | None = None,
    finish: Callable[[Training], Report] | None = None,
    held: Dataset | None = None,
) -> Report:
    """Run a training in one pod of its gang.

    Args:
        stage: how it is done.
        ctx: the pod around it.
        strategy: what ``enter`` gave.
        begun: what its weights start from; where nothing is said, what the stage says.
        finish: makes the chief's report of it; commits the network where nothing is said.
        held: whose rows it learns and chooses on, all in memory; the stage's where nothing is said.
    """
    ctx.progress(0.0, "reading the training rows")
    dataset = held or Dataset.of(ctx)
    feed: Feed
    if held is None:
        whose = ctx.task.member, ctx.task.members
        sequential = begun is None and stage.sequential(dataset.schema)
        feed = open_feed(dataset, *whose, stage.window_rows, sequential=sequential)
    else:
        feed = HeldFeed(held.read("train"), held.schema)
    for text in thin_parts(dataset.schema, ctx.task.members):
        ctx.caution(text)
    ctx.progress(0.0, "building the model")
    ctx.heartbeat.promise(STARTING * stage.hang_seconds)
    training = Training(stage, ctx, dataset, feed, strategy, begun)
    if ctx.size > 1:
        _kept.append(training)
    with ctx.heartbeat.listens(STARTING * stage.hang_seconds):
        training.run()
    with ctx.heartbeat.beats(STARTING * stage.hang_seconds):
        end = finish or (lambda ended: Outcome.of(ended).commit(ctx))
        report = end(training) if ctx.chief else others(ctx)
        leave(training.all_reduce, ctx)
    return report
