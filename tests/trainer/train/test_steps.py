"""Compiled steps against what Keras, or a few lines of it, would do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.dataset.dataset import Rows

pytestmark = pytest.mark.tensorflow

USERS, ITEMS, WIDTH = 50, 300, 3
SEED = 11


def drawn(rows: int, users: int = USERS, items: int = ITEMS) -> Rows:
    rng = np.random.default_rng(5)
    features: dict[str, Any] = {
        "user": rng.integers(0, users, (rows, 1)).astype(np.int32),
        "item": rng.integers(0, items, (rows, 1)).astype(np.int32),
    }
    labels = (rng.random((rows, 1)) < 0.4).astype(np.float32)
    return Rows(features, labels)


def network(items: int = ITEMS, policy: str = "float32") -> Any:
    """Two tables and a unit: small enough to be followed by hand."""
    from hone_trainer.backend.keras import keras

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
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid", dtype="float32")(hidden))


def steps(model: Any, optimizer: Any, rows: Rows, batch: int, **how: bool) -> Any:
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.sync_steps import Steps

    optimizer.build(model.trainable_variables)
    return Steps(tf.distribute.get_strategy(), model, optimizer, rows, batch, SEED, **how)


def run(made: Any, epochs: int = 1, first: int = 0, at_once: int = 4) -> list[Any]:
    blocks = []
    for epoch in range(epochs):
        blocks += list(made.epoch(epoch, first if epoch == 0 else 0, at_once, lambda: False))
    return blocks


def by_hand(model: Any, optimizer: Any, rows: Rows, batch: int, epochs: int = 1) -> list[float]:
    """Train with plain Keras on the real rows of each step; give loss, hits and rows."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train.sync_steps import order_of

    sums = np.zeros(3)
    for chosen in (c for e in range(epochs) for c in order_of(SEED, e, len(rows), batch)):
        real = chosen[chosen >= 0]
        labels = rows.labels[real]
        with tf.GradientTape() as tape:
            given = model({name: v[real] for name, v in rows.features.items()}, training=True)
            losses = keras.losses.binary_crossentropy(labels, given)
            mean = tf.reduce_mean(losses)
        slopes = [
            tf.convert_to_tensor(slope) for slope in tape.gradient(mean, model.trainable_variables)
        ]
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        hits = ((given.numpy() >= 0.5) == (labels > 0.5)).sum()
        sums += (float(tf.reduce_sum(losses)), hits, len(real))
    return list(sums)


def weights(model: Any) -> Any:
    return np.concatenate([array.ravel() for array in model.get_weights()])


@settings(deadline=None)
@given(rows=st.integers(1, 500), batch=st.integers(1, 600), epoch=st.integers(0, 9))
def test_every_row_is_there_exactly_once_an_epoch(rows: int, batch: int, epoch: int) -> None:
    from hone_trainer.train.sync_steps import PADDING, order_of

    order = order_of(SEED, epoch, rows, batch)
    assert order.shape == (-(-rows // batch), batch)
    assert order.dtype == np.int32
    real = order[order != PADDING]
    assert sorted(real) == list(range(rows))
    # Only the last step is short, at its end: never one of padding alone.
    assert (order.ravel()[:rows] != PADDING).all()
    assert np.array_equal(order, order_of(SEED, epoch, rows, batch))


def test_epochs_and_seeds_differ() -> None:
    from hone_trainer.train.sync_steps import order_of

    orders = [order_of(seed, epoch, 100, 10).tobytes() for seed in (1, 2) for epoch in (0, 1)]
    assert len(set(orders)) == 4


@pytest.mark.parametrize("items", [ITEMS, 3000])
def test_steps_do_what_plain_keras_does(items: int) -> None:
    """With a table whose gradient is made dense, and a larger one; the last batch is short."""
    from hone_trainer.backend.keras import keras

    rows, batch = drawn(210, items=items), 32
    ours, theirs = network(items), network(items)
    blocks = run(steps(ours, keras.optimizers.Adam(0.05), rows, batch), epochs=2)
    sums = by_hand(theirs, keras.optimizers.Adam(0.05), rows, batch, epochs=2)
    assert sum(block.sums for block in blocks) == pytest.approx(sums, rel=1e-5)
    assert weights(ours) == pytest.approx(weights(theirs), abs=1e-5)


def test_a_short_batch_counts_its_real_rows_alone() -> None:
    """One row in a batch of 64: the gradient of that row, not a 64th of it."""
    from hone_trainer.backend.keras import keras

    rows = drawn(65)
    ours, theirs = network(), network()
    blocks = run(steps(ours, keras.optimizers.SGD(0.5), rows, 64), at_once=1)
    by_hand(theirs, keras.optimizers.SGD(0.5), rows, 64)
    assert [block.sums[2] for block in blocks] == [64, 1]
    assert weights(ours) == pytest.approx(weights(theirs), abs=1e-6)


@pytest.mark.parametrize("first", [0, 4, 8, 12, 13])
def test_who_resumes_goes_on_at_the_same_boundaries(first: int) -> None:
    from hone_trainer.backend.keras import keras

    made = steps(network(), keras.optimizers.SGD(0.1), drawn(13 * 16), 16)
    assert made.per_epoch == 13
    whole = [block.last for block in run(made)]
    assert whole == [4, 8, 12, 13]
    assert [block.last for block in run(made, first=first)] == [n for n in whole if n > first]


def test_who_resumed_between_boundaries_finds_back_to_them() -> None:
    from hone_trainer.backend.keras import keras

    made = steps(network(), keras.optimizers.SGD(0.1), drawn(13 * 16), 16)
    assert [block.last for block in run(made, first=6)] == [8, 12, 13]


def test_a_wish_to_stop_is_told_with_the_block() -> None:
    from hone_trainer.backend.keras import keras

    made = steps(network(), keras.optimizers.SGD(0.1), drawn(160), 16)
    asked = iter([False, True, True])
    told = [block.stop for block in made.epoch(0, 0, 4, lambda: next(asked))]
    assert told == [False, True, True]


def test_timings_are_of_one_step() -> None:
    from hone_trainer.backend.keras import keras

    made = steps(network(), keras.optimizers.SGD(0.1), drawn(160), 16)
    for block in run(made):
        assert 0 <= block.feeding[0] <= block.computing[0] < 5


@pytest.mark.parametrize("lazy", [False, True])
def test_rows_are_logged_as_they_were_gathered(lazy: bool) -> None:
    from hone_trainer.backend.keras import keras
    from hone_trainer.train.sync_steps import order_of

    made = steps(network(), keras.optimizers.SGD(0.1), drawn(100), 16, lazy=lazy)
    made.log_rows = True
    seen = np.concatenate([block.seen for block in run(made)])
    assert np.array_equal(seen, order_of(SEED, 0, 100, 16))


@pytest.mark.parametrize(
    ("policy", "how", "close"),
    [
        ("float32", {"xla": True}, 1e-4),
        ("float32", {"xla": True, "lazy": True}, None),
        ("mixed_bfloat16", {}, 0.02),
    ],
)
def test_faster_ways_come_close(policy: str, how: dict[str, bool], close: float | None) -> None:
    from hone_trainer.backend.keras import keras

    rows = drawn(200)
    plain, fast = network(), network(policy=policy)
    one = run(steps(plain, keras.optimizers.SGD(0.5), rows, 32), epochs=2)
    two = run(steps(fast, keras.optimizers.SGD(0.5), rows, 32, **how), epochs=2)
    close = close or 1e-4
    assert sum(b.sums[0] for b in two) == pytest.approx(sum(b.sums[0] for b in one), rel=close)
    assert weights(fast) == pytest.approx(weights(plain), abs=close)
    assert {weight.dtype for weight in fast.get_weights()} == {np.dtype("float32")}
    assert policy == "float32" or not np.array_equal(weights(fast), weights(plain))
