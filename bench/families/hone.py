"""Hone's own steps."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.families.family import Family


def epochs(family: Family, count: int, *, sequential: bool = False) -> Iterator[float]:
    """Train; give the seconds of each epoch.

    Args:
        family: a model and its rows.
        count: of epochs.
        sequential: whether rows that go on from each other are read at once.
    """
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models import AnyModel
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train import sequence_objective
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.optimizers.adam import Adam
    from hone_trainer.train.sync_steps import Steps

    keras.utils.set_random_seed(1)
    schema, rows = family.schema, family.drawn()
    of = sequence_objective.sequential(family.batch) if sequential else Objective.of
    objective = of(open_graph(AnyModel.model_validate(family.model), schema), schema)
    optimizer = Adam().open(family.batch)
    optimizer.build(objective.variables)
    feed = HeldFeed(rows, schema, sequential=sequential)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, family.batch, 1)
    for epoch in range(count):
        begun = time.perf_counter()
        for _ in steps.epoch(epoch, 0, 16, lambda: False):
            pass
        yield time.perf_counter() - begun
