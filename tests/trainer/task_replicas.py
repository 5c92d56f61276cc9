"""Run by test_several_workers on its own: TensorFlow starts with four devices, or never.

Prints, as JSON, what one, two and four replicas make of the same steps for every kind of task, with
units that are dropped, ids that are withheld, items that are drawn and rows that count differently;
and of histories that are read at once.
"""

import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from hone_trainer.backend.keras import keras, tf
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.models.graph import open_graph
from hone_trainer.tasks import AnyTask
from hone_trainer.train.feed import HeldFeed
from hone_trainer.train.objective import Objective
from hone_trainer.train.sequence_objective import sequential
from hone_trainer.train.sync_steps import Steps
from hone_trainer.train.units import PADDING
from tests.trainer import worlds
from tests.trainer.train.test_sequences import BEFORE, ITEMS, LEARNED, walked
from tests.trainer.two_replicas import mirrored, split
from tests.trainer.worlds import world

ROWS, STEPS = 150, 3
REPLICAS = (1, 2, 4)
DRAWN = AnyTask.model_validate({"nextItem": {"label": "item", "negatives": 2}})
FEW = Schema(
    fields=(BEFORE,),
    targets=(Target(name="item", task=DRAWN, learned=LEARNED.dump()),),
    rows=100,
)
MODEL = {"generic": {"dense": {"layers": [8], "embedding": 4, "dropout": 0.3}}}


def training(strategy: Any, tasks: str) -> dict[str, Any]:
    """Train a few steps; in the last one some replicas have padding alone."""
    here = world(worlds.STEPS[tasks], ROWS)
    fields = tuple(field.model_copy(update={"withheld": 0.2}) for field in here.schema.fields)
    here = replace(here, schema=here.schema.model_copy(update={"fields": fields}))
    rows = here.read("train")
    counts = np.random.default_rng(4).uniform(0.5, 2.0, ROWS).astype(np.float32)
    rows = replace(rows, weights=counts)
    keras.utils.set_random_seed(3)
    with strategy.scope():
        graph = open_graph(AnyModel.model_validate(MODEL), here.schema)
        objective = Objective.of(graph, here.schema)
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(objective.variables)
    batch = 12 if tasks in ("ranking", "pairs") else 64
    return told(graph, Steps(strategy, objective, optimizer, HeldFeed(rows, here.schema), batch, 9))


def histories(strategy: Any) -> dict[str, Any]:
    """Train a few steps on rows that go on from each other, drawn items among them; thirteen units
    a step, so that replicas have unlike numbers of them.
    """
    draw = np.random.default_rng(2)
    rows = walked(*draw.integers(0, ITEMS, (50, 3)).tolist())
    words = {"embedding": 4, "units": 6, "dropout": 0.3}
    keras.utils.set_random_seed(3)
    with strategy.scope():
        graph = open_graph(AnyModel.model_validate({"recommendation": {"gru": words}}), FEW)
        objective = sequential(40)(graph, FEW)
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(objective.variables)
    feed = HeldFeed(rows, FEW, sequential=True)
    return told(graph, Steps(strategy, objective, optimizer, feed, 40, 9))


def told(graph: Any, steps: Steps) -> dict[str, Any]:
    """Return which rows the steps of an epoch saw, and what they made of the model."""
    steps.log_rows = True
    blocks = list(steps.epoch(0, 0, STEPS, lambda: False))
    return {
        "rows": [
            [int(row) for row in np.asarray(block.seen).ravel() if row != PADDING]
            for block in blocks
        ],
        "sums": np.sum([block.sums for block in blocks], axis=0).tolist(),
        "weights": np.concatenate([w.ravel() for w in graph.whole.get_weights()]).tolist(),
    }


if __name__ == "__main__":
    split(max(REPLICAS))
    one = tf.distribute.get_strategy()
    strategies = [one if count == 1 else mirrored(count) for count in REPLICAS]
    found = {tasks: [training(each, tasks) for each in strategies] for tasks in worlds.STEPS}
    found |= {"histories": [histories(each) for each in strategies]}
    sys.stdout.write("\n" + json.dumps(found))
