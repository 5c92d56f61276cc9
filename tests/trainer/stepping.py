"""Training steps on a network that is small enough to be followed by hand."""

from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from hone_trainer.tasks.learned import Targets
from tests.trainer.networks import binary, number

USERS, ITEMS, WIDTH = 50, 300, 3
SEED = 11
FIELDS = (Field(name="user", kind="id", size=USERS), Field(name="item", kind="id", size=ITEMS))
CLICKED = Schema(fields=FIELDS, targets=(binary(ones=0.8),))
TWO_HEADS = Schema(fields=FIELDS, targets=(binary(ones=0.8), number(share=0.5)))


def drawn(rows: int, items: int = ITEMS, weights: Any = None) -> Rows:
    """Rows with a click and a number; ``weights`` are what augmentation lets them count."""
    rng = np.random.default_rng(5)
    features: dict[str, Any] = {
        "user": rng.integers(0, USERS, (rows, 1)).astype(np.int32),
        "item": rng.integers(0, items, (rows, 1)).astype(np.int32),
    }
    clicked = (rng.random(rows) < 0.4).astype(np.int8)
    spent, all_alike = rng.normal(size=rows).astype(np.float32), np.ones(rows, np.float32)
    targets = {
        "clicked": Targets(clicked, all_alike),
        "spent": Targets(spent, all_alike.copy()),
    }
    return Rows(features, targets, weights)


def weighted(rows: int, seed: int = 8) -> Rows:
    """The same with weights."""
    given = np.random.default_rng(seed).choice([0.5, 1.0, 4.0], rows).astype(np.float32)
    return drawn(rows, weights=given)


def only(rows: Rows, *names: str) -> Rows:
    """The same rows with some of their targets."""
    return Rows(rows.features, {name: rows.targets[name] for name in names}, rows.weights)


def network(items: int = ITEMS, policy: str = "float32", schema: Schema = CLICKED) -> Any:
    """Return the graph of two tables and a layer, heads drawn like the rest."""
    from hone_trainer.backend.keras import keras
    from hone_trainer.models.graph import Graph

    keras.utils.set_random_seed(3)
    sizes = {"user": USERS, "item": items}
    inputs = {name: keras.Input((1,), dtype="int32", name=name) for name in sizes}
    vectors = [
        keras.layers.Embedding(size, WIDTH, name=f"table_{name}", dtype=policy)(inputs[name])
        for name, size in sizes.items()
    ]
    hidden = keras.layers.Dense(8, "tanh", dtype=policy)(
        keras.layers.Flatten()(keras.layers.Concatenate()(vectors))
    )
    features = {"vector": hidden}
    heads = {t.name: t.how.head(t.facts, t.name, frozenset(features)) for t in schema.targets}
    logits = {name: head.logits(features) for name, head in heads.items()}
    for place, head in enumerate(heads.values()):
        kernel, bias = head.layer.get_weights()
        drawn_kernel = np.random.default_rng(place).normal(size=kernel.shape)
        head.layer.set_weights([drawn_kernel, bias])
    return Graph(inputs, features, heads, logits)


def steps(
    graph: Any, optimizer: Any, rows: Rows, batch: int, schema: Schema = CLICKED, **how: Any
) -> Any:
    """Return compiled steps of this process's strategy."""
    from hone_trainer.backend.keras import tf

    return steps_on(tf.distribute.get_strategy(), graph, optimizer, rows, batch, schema, **how)


def steps_on(
    strategy: Any,
    graph: Any,
    optimizer: Any,
    rows: Rows,
    batch: int,
    schema: Schema = CLICKED,
    **how: Any,
) -> Any:
    """Return compiled steps of a strategy, in whose scope the graph was made."""
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.sync_steps import Steps

    with strategy.scope():
        objective = Objective.of(graph, schema)
        optimizer.build(objective.variables)
    data = only(rows, *objective.names)
    feed = HeldFeed(data, schema)
    return Steps(strategy, objective, optimizer, feed, batch, SEED, **how)


def run(made: Any, epochs: int = 1, first: int = 0, at_once: int = 4) -> list[Any]:
    """Return the blocks of so many epochs."""
    blocks = []
    for epoch in range(epochs):
        blocks += list(made.epoch(epoch, first if epoch == 0 else 0, at_once, lambda: False))
    return blocks


def by_hand(graph: Any, optimizer: Any, rows: Rows, batch: int, epochs: int = 1) -> list[float]:
    """Train clicks with plain Keras on the real rows of each step; give loss, weight and rows."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train.units import order_of

    model, sums = graph.whole, np.zeros(3)
    count = np.ones(len(rows), np.float32) if rows.weights is None else rows.weights
    for chosen in (c for e in range(epochs) for c in order_of(SEED, e, len(rows), batch)):
        real = chosen[chosen >= 0]
        labels, shares = rows.targets["clicked"].values[real, None], count[real]
        with tf.GradientTape() as tape:
            given = model({name: v[real] for name, v in rows.features.items()}, training=True)
            losses = keras.losses.binary_crossentropy(labels, given["clicked"], from_logits=True)
            total = tf.reduce_sum(losses * shares)
            mean = total / shares.sum()
        slopes = [
            tf.convert_to_tensor(slope) for slope in tape.gradient(mean, model.trainable_variables)
        ]
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        sums += (float(total), shares.sum(), len(real))
    return list(sums)


def weights(graph: Any) -> Any:
    """Return all weights as one vector."""
    return np.concatenate([array.ravel() for array in graph.whole.get_weights()])
