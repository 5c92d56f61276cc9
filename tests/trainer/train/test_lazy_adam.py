"""Lazy Adam: Adam where a batch touches a table, nothing at all where it does not."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from hone_trainer.tasks.learned import Targets
from tests.trainer.networks import binary

pytestmark = pytest.mark.tensorflow

ROWS, WIDTH, RATE = 6, 2, 0.1


def sparse(ids: list[int], slopes: Any) -> Any:
    from hone_trainer.backend.keras import tf

    return tf.IndexedSlices(
        tf.constant(slopes, tf.float32), tf.constant(ids), tf.constant([ROWS, WIDTH])
    )


def table() -> Any:
    from hone_trainer.backend.keras import tf

    return tf.Variable(np.linspace(-1, 1, ROWS * WIDTH).reshape(ROWS, WIDTH), dtype=tf.float32)


def lazy(variable: Any, decay: float = 0.0) -> Any:
    from hone_trainer.train.optimizers.adam import Adam

    optimizer = Adam(learning_rate=RATE, weight_decay=decay, lazy=True).open(64)
    optimizer.build([variable])
    return optimizer


def apply(optimizer: Any, gradient: Any, variable: Any) -> None:
    optimizer.apply_gradients([(gradient, variable)], skip_gradients_aggregation=True)


def test_rows_touched_at_every_step_move_as_with_adam() -> None:
    """Ids that a batch holds twice count with the sum of their slopes."""
    from hone_trainer.backend.keras import keras

    ours, theirs = table(), table()
    one, two = lazy(ours), keras.optimizers.Adam(RATE)
    rng = np.random.default_rng(1)
    ids = [4, 1, 4, 2]
    for _ in range(7):
        slopes = rng.normal(size=(len(ids), WIDTH)).astype(np.float32)
        apply(one, sparse(ids, slopes), ours)
        dense = np.zeros((ROWS, WIDTH), np.float32)
        np.add.at(dense, ids, slopes)
        apply(two, keras.backend.constant(dense), theirs)
    assert ours.numpy() == pytest.approx(theirs.numpy(), abs=1e-5)


def test_a_row_that_is_not_touched_stays_and_keeps_its_moments() -> None:
    variable = table()
    optimizer = lazy(variable)
    apply(optimizer, sparse([0, 1], np.ones((2, WIDTH))), variable)
    before = [v.numpy() for v in (variable, *optimizer.variables[1:])]
    apply(optimizer, sparse([1, 3], np.ones((2, WIDTH))), variable)
    after = [v.numpy() for v in (variable, *optimizer.variables[1:])]
    tables = [(a, b) for a, b in zip(before, after, strict=True) if a.shape == (ROWS, WIDTH)]
    assert len(tables) == 3  # values and both moments
    for a, b in tables:
        moved = (a != b).any(axis=1)
        assert moved.tolist() == [False, True, False, True, False, False]


def test_a_dense_gradient_is_adams() -> None:
    from hone_trainer.backend.keras import keras, tf

    ours, theirs = table(), table()
    one, two = lazy(ours), keras.optimizers.Adam(RATE)
    for _ in range(3):
        slope = tf.ones((ROWS, WIDTH))
        apply(one, slope, ours)
        apply(two, slope, theirs)
    assert np.array_equal(ours.numpy(), theirs.numpy())


def test_the_padding_of_a_short_batch_touches_no_row() -> None:
    """The last step sees one row; all others of its batch are padding."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import JointObjective
    from hone_trainer.train.optimizers.lazy_adam import lazy_adam
    from hone_trainer.train.sync_steps import Steps
    from hone_trainer.train.units import order_of

    rows = 33
    inputs = {"user": keras.Input((1,), dtype="int32", name="user")}
    layer = keras.layers.Embedding(rows, WIDTH)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(layer(inputs["user"])))
    schema = Schema(fields=(Field(name="user", kind="id", size=rows),), targets=(binary(),))
    model, optimizer = keras.Model(inputs, {"clicked": logits}), lazy_adam(RATE)
    objective = JointObjective.over([model], (1.0,), schema)
    optimizer.build(objective.variables)
    ids, ones = np.arange(rows, dtype=np.int32)[:, None], np.ones(rows, np.float32)
    data = Rows({"user": ids}, {"clicked": Targets(ones, ones)})
    feed = HeldFeed(data, objective.schema)
    made = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, 32, 7, lazy=True)
    for first in (0, 1):
        before = layer.embeddings.numpy()
        (block, *_) = made.epoch(0, first, 1, lambda: False)
        moved = (layer.embeddings.numpy() != before).any(axis=1)
        chosen = order_of(7, 0, rows, 32)[1]
        if first:
            assert block.sums[2] == 1
            assert np.flatnonzero(moved).tolist() == [chosen[0]]


@pytest.mark.parametrize("is_sparse", [True, False])
def test_what_is_touched_shrinks_by_a_share_of_the_step(is_sparse: bool) -> None:
    from hone_trainer.backend.keras import keras, tf

    shrunk, plain = table(), table()
    before = plain.numpy()
    slope = np.ones((ROWS, WIDTH), np.float32)
    given = sparse([4, 1], slope[:2]) if is_sparse else keras.backend.constant(slope)
    for decay, variable in ((0.5, shrunk), (0.0, plain)):
        apply(lazy(variable, decay), given, variable)
    touched = [1, 4] if is_sparse else range(ROWS)
    expected = plain.numpy()
    expected[list(touched)] -= RATE * 0.5 * before[list(touched)]
    assert shrunk.numpy() == pytest.approx(expected, abs=1e-6)
    bias = tf.Variable(tf.ones(3), name="head/bias")
    optimizer = lazy(bias, 0.5)
    apply(optimizer, tf.zeros(3), bias)
    assert bias.numpy() == pytest.approx(np.ones(3)), "biases stay"
