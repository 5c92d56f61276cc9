"""Run by test_packed_all_reduce on its own: TensorFlow starts with two devices, or never.

Prints, as JSON, what two replicas and one make of the same steps and the same collectives.
"""

import json
import sys
from typing import Any

import numpy as np

from hone_trainer.backend.keras import keras, tf
from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from hone_trainer.tasks.learned import Targets
from hone_trainer.train.feed import HeldFeed
from hone_trainer.train.objective import JointObjective
from hone_trainer.train.packed_all_reduce import exchange
from hone_trainer.train.sync_steps import Steps
from tests.trainer.networks import binary

IDS = [0, 1, 65535, 65536, 1 << 24, (1 << 24) + 1, (1 << 31) - 2, (1 << 31) - 1]


def split(devices: int) -> None:
    """Let TensorFlow take this CPU for so many devices."""
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * devices
    tf.config.set_logical_device_configuration(cpu, parts)


def mirrored(replicas: int) -> Any:
    """Return a strategy of so many replicas, one on each device."""
    # Strategies of other sizes in one process must not take each other for the same gang.
    tf.distribute.MirroredStrategy._collective_key_base = 1000 * replicas
    return tf.distribute.MirroredStrategy([f"CPU:{device}" for device in range(replicas)])


def sums(strategy: Any) -> dict[str, Any]:
    """Exchange dense gradients, rows and a vector that differ by replica."""

    def replica() -> Any:
        context = tf.distribute.get_replica_context()
        mine = tf.cast(context.replica_id_in_sync_group, tf.float32) + 1.0
        ids = tf.constant(IDS, tf.int64)
        mine_alone = tf.where(mine > 1.0, tf.reverse(ids, [0]), ids)
        rows = tf.reshape(tf.range(len(IDS) * 3, dtype=tf.float32), [-1, 3]) * mine
        shape = tf.constant([1 << 31, 3], tf.int64)
        sparse = tf.IndexedSlices(rows, tf.ensure_shape(mine_alone, [len(IDS)]), shape)
        small = tf.IndexedSlices(rows[:2, :1] + mine, tf.constant([3, 3]), tf.constant([9, 1]))
        scalar, matrix = mine * 10.0, tf.ones((2, 3)) * mine
        given, extra = exchange(context, [scalar, sparse, matrix, small], tf.stack([mine, 0.5]))
        assert given[1].indices.dtype == tf.int64
        assert given[3].indices.dtype == tf.int32
        assert given[1].dense_shape is shape
        return [given[0], given[1].values, given[1].indices, given[2]], [
            given[3].values,
            given[3].indices,
            extra,
        ]

    found = tf.function(lambda: strategy.run(replica))()
    local = [strategy.experimental_local_results(each) for part in found for each in part]
    names = ("scalar", "values", "ids", "matrix", "smallValues", "smallIds", "extra")
    # Every replica must have the same.
    assert all(np.array_equal(each[0], other) for each in local for other in each[1:])
    return {name: each[0].numpy().tolist() for name, each in zip(names, local, strict=True)}


def training(strategy: Any, *, lazy: bool) -> dict[str, Any]:
    """Train two epochs, the last batch short by more than a replica's share."""
    rng = np.random.default_rng(2)
    rows, sizes = 16 * 5 + 3, {"small": 20, "large": 5000}
    features: dict[str, Any] = {
        name: rng.integers(0, size, (rows, 1)).astype(np.int32) for name, size in sizes.items()
    }
    clicked = (rng.random(rows) < 0.5).astype(np.int8)
    data = Rows(features, {"clicked": Targets(clicked, np.ones(rows, np.float32))})
    schema = Schema(
        fields=tuple(Field(name=name, kind="id", size=size) for name, size in sizes.items()),
        targets=(binary(),),
    )
    keras.utils.set_random_seed(3)
    with strategy.scope():
        inputs = {name: keras.Input((1,), dtype="int32", name=name) for name in sizes}
        vectors = [keras.layers.Embedding(sizes[name], 4)(inputs[name]) for name in sizes]
        hidden = keras.layers.Flatten()(keras.layers.Concatenate()(vectors))
        model = keras.Model(inputs, {"clicked": keras.layers.Dense(1)(hidden)})
        objective = JointObjective.over([model], (1.0,), schema)
        if lazy:
            from hone_trainer.train.optimizers.lazy_adam import lazy_adam

            optimizer = lazy_adam(0.05)
        else:
            optimizer = keras.optimizers.Adam(0.05)
        optimizer.build(objective.variables)
    steps = Steps(
        strategy, objective, optimizer, HeldFeed(data, objective.schema), 16, 9, lazy=lazy
    )
    steps.log_rows = True
    blocks = [*steps.epoch(0, 0, 4, lambda: False), *steps.epoch(1, 0, 4, lambda: True)]
    return {
        "sums": np.sum([block.sums for block in blocks], axis=0).tolist(),
        "stop": [block.stop for block in blocks],
        "weights": np.concatenate([w.ravel() for w in model.get_weights()]).tolist(),
        "seen": sorted(int(n) for b in blocks for n in np.asarray(b.seen).ravel() if n >= 0),
        "replicas": len(blocks[0].computing),
        "timed": bool(all((b.computing >= b.feeding).all() for b in blocks)),
    }


def main() -> None:
    """Print all of it."""
    split(2)
    strategies = {"two": mirrored(2), "one": tf.distribute.get_strategy()}
    told = {
        name: {
            "sums": sums(strategy),
            "plain": training(strategy, lazy=False),
            "lazy": training(strategy, lazy=True),
        }
        for name, strategy in strategies.items()
    }
    sys.stdout.write("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
