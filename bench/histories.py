"""What reading a history once is worth: the same rows, one by one and as the histories they are of.

    python -m bench.histories [--users 4000] [--rounds 2]

Users of a shop in the shape of Amazon Toys and Games, of 8.6 items each, who meet what is drawn as
unevenly as there. Rows a second of the best epoch, in turn; the epochs see the same rows and the
softmax is over all items either way.
"""

import argparse
import statistics
import time
from typing import Any

import numpy as np

from bench.families.family import ITEMS
from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned, Targets

LENGTH, MEAN, SHORTEST, BATCH, EPOCHS = 20, 8.6, 3, 256, 2
MODELS: dict[str, dict[str, Any]] = {
    "gru": {"embedding": 64, "units": 128},
    "transformer": {"embedding": 64},
}


def schema() -> Schema:
    """A history, and the item that comes next."""
    learned = Learned(tuple(f"{code:06d}" for code in range(ITEMS)), np.ones(ITEMS))
    task = AnyTask.model_validate({"nextItem": {"label": "item"}})
    field = Field(name="before", kind="id", length=LENGTH, size=ITEMS + FIRST_KNOWN, answers="item")
    target = Target(name="item", task=task, learned=learned.dump())
    return Schema(fields=(field,), targets=(target,), rows=1)


def drawn(users: int) -> Rows:
    """A row for each item that somebody met."""
    draw = np.random.default_rng(1)
    before, items = [], []
    for count in SHORTEST + draw.geometric(1 / (MEAN - SHORTEST + 1), users) - 1:
        met = (draw.random(count) ** 3 * ITEMS).astype(np.int32)
        padded = np.concatenate([np.zeros(LENGTH, np.int32), met + FIRST_KNOWN])
        before += [padded[k : k + LENGTH] for k in range(count)]
        items.append(met)
    values = np.concatenate(items)
    targets = {"item": Targets(values, np.ones(len(values), np.float32))}
    return Rows({"before": np.stack(before)}, targets)


def rate(kind: str, rows: Rows, *, sequential: bool) -> float:
    """Train a little; give the rows a second of the best epoch."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models import AnyModel
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train import sequence_objective
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.optimizers.adam import Adam
    from hone_trainer.train.sync_steps import Steps

    keras.utils.set_random_seed(1)
    of, here = sequence_objective.sequential(BATCH) if sequential else Objective.of, schema()
    model = AnyModel.model_validate({"recommendation": {kind: MODELS[kind]}})
    objective = of(open_graph(model, here), here)
    optimizer = Adam().open(BATCH)
    optimizer.build(objective.variables)
    feed = HeldFeed(rows, here, sequential=sequential)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, BATCH, 1)
    best = 0.0
    for epoch in range(EPOCHS):
        begun = time.perf_counter()
        for _ in steps.epoch(epoch, 0, 16, lambda: False):
            pass
        best = max(best, len(rows) / (time.perf_counter() - begun))
    return best


def main() -> None:
    """Measure both models both ways, in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=2)
    words = parser.parse_args()
    rows = drawn(words.users)
    print(f"{len(rows)} rows of {words.users} users")
    for kind in MODELS:
        rates: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(words.rounds):
            for sequential, found in rates.items():
                found.append(rate(kind, rows, sequential=sequential))
        alone, whole = (statistics.median(each) for each in rates.values())
        print(
            f"{kind:12} row by row {alone:8,.0f} rows/s, histories {whole:8,.0f} "
            f"(× {whole / alone:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
