"""A small model trained in one go, beside which a large one is judged.

It runs in the pod that judges: no checkpoints, no gang. The objective, the steps and the rule for
what is kept are those of every other training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras, tf
from hone_trainer.models.graph import open_graph
from hone_trainer.models.network import Network, Part, calibrations
from hone_trainer.train.feeding import open_feed
from hone_trainer.train.objective import Objective
from hone_trainer.train.optimizers.dense_adam import DenseAdam
from hone_trainer.train.schedule import batch_of
from hone_trainer.train.sync_steps import Steps
from hone_trainer.train.validation import LOSS, Validation

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Tell
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models import AnyModel

EPOCHS, PATIENCE = 20, 3
"""Epochs at most, and how many may pass without a better one."""
RATE = 0.01
"""Weights of ids are few and rarely touched: they want larger steps than layers do."""


def train_baseline(model: AnyModel, data: Dataset, seed: int, tell: Tell) -> Network:
    """Train a model on all training rows and keep the epoch that is best on validation rows.

    Args:
        model: the architecture.
        data: rows to train on, and to choose by.
        seed: of the order of the rows.
        tell: called after each epoch.
    """
    feed, schema = open_feed(data), data.schema
    batch = batch_of(feed.units, 1, listed=feed.listed)
    keras.utils.set_random_seed(seed % 2**31)
    objective = Objective.of(open_graph(model, schema), schema)
    optimizer = DenseAdam(learning_rate=RATE)
    optimizer.build(objective.variables)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, batch, seed)
    validation = Validation(objective, data.read("validation"))
    kept: list[Any] = objective.graph.whole.get_weights()
    best, since = validation.cost(validation.measure()), 0
    fitted = validation.fitted
    for epoch in range(EPOCHS):
        for _ in steps.epoch(epoch, 0, steps.per_epoch, lambda: False):
            pass
        measured = validation.measure()
        loss, cost = measured[LOSS], validation.cost(measured)
        tell((epoch + 1) / EPOCHS, f"training the baseline, epoch {epoch + 1}: loss {loss:.4f}")
        since += 1
        if cost < best:
            best, since, kept = cost, 0, objective.graph.whole.get_weights()
            fitted = validation.fitted
        if since >= PATIENCE:
            break
    parts = (Part(model, tuple(kept)),)
    return Network(schema, parts, calibrations=calibrations(fitted))
