"""Compiled steps against what Keras, or a few lines of it, would do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer.stepping import (
    ITEMS,
    SEED,
    TWO_HEADS,
    by_hand,
    drawn,
    network,
    run,
    steps,
    weights,
)

pytestmark = pytest.mark.tensorflow


@settings(deadline=None)
@given(rows=st.integers(1, 500), batch=st.integers(1, 600), epoch=st.integers(0, 9))
def test_every_row_is_there_exactly_once_an_epoch(rows: int, batch: int, epoch: int) -> None:
    from hone_trainer.train.units import PADDING, order_of

    order = order_of(SEED, epoch, rows, batch)
    assert order.shape == (-(-rows // batch), batch)
    assert order.dtype == np.int32
    real = order[order != PADDING]
    assert sorted(real) == list(range(rows))
    # Only the last step is short, at its end: never one of padding alone.
    assert (order.ravel()[:rows] != PADDING).all()
    assert np.array_equal(order, order_of(SEED, epoch, rows, batch))


def test_epochs_and_seeds_differ() -> None:
    from hone_trainer.train.units import order_of

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
    from hone_trainer.train.units import order_of

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
def test_faster_ways_come_close(policy: str, how: dict[str, Any], close: float | None) -> None:
    from hone_trainer.backend.keras import keras

    rows = drawn(200)
    plain, fast = network(), network(policy=policy)
    one = run(steps(plain, keras.optimizers.SGD(0.5), rows, 32), epochs=2)
    two = run(steps(fast, keras.optimizers.SGD(0.5), rows, 32, **how), epochs=2)
    close = close or 1e-4
    assert sum(b.sums[0] for b in two) == pytest.approx(sum(b.sums[0] for b in one), rel=close)
    assert weights(fast) == pytest.approx(weights(plain), abs=close)
    assert {weight.dtype for weight in fast.whole.get_weights()} == {np.dtype("float32")}
    assert policy == "float32" or not np.array_equal(weights(fast), weights(plain))


def two_heads(rows: Any, **words: Any) -> tuple[Any, Any]:
    """Train an epoch on a click and a number; give the graph and the sums."""
    from hone_trainer.backend.keras import keras

    graph = network(schema=TWO_HEADS)
    made = steps(graph, keras.optimizers.SGD(0.2), rows, 32, TWO_HEADS, **words)
    return graph, sum(block.sums for block in run(made))


def test_the_sums_of_two_heads_stand_beside_each_other_undivided() -> None:
    from hone_trainer.train.step_sums import mean_losses

    rows = drawn(210)
    rows.targets["spent"].weight[::2] = 0
    _, sums = two_heads(rows)
    assert sums.shape == (5,)
    assert sums[2:].tolist() == [210, 105, 210]
    assert mean_losses(sums) == pytest.approx(sums[:2] / sums[2:4])


def test_a_head_without_targets_leaves_the_other_alone() -> None:
    from hone_trainer.backend.keras import keras

    rows = drawn(210)
    rows.targets["spent"].weight[:] = 0
    both, sums = two_heads(rows)
    alone = network()
    blocks = run(steps(alone, keras.optimizers.SGD(0.2), rows, 32))
    assert sums[[0, 2]] == pytest.approx(sum(block.sums for block in blocks)[:2], rel=1e-6)
    assert (sums[1], sums[3]) == (0, 0)
    for one, other in zip(both.body.get_weights(), alone.body.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_a_target_counts_by_its_share() -> None:
    """The number's share is one half: its head goes half the way that its loss alone would."""
    from hone_trainer.backend.keras import keras

    rows, start = drawn(32), network(schema=TWO_HEADS)
    graph = network(schema=TWO_HEADS)
    run(steps(graph, keras.optimizers.SGD(0.2), rows, 32, TWO_HEADS))
    hidden = start.body(rows.features)["vector"].numpy()
    kernel, bias = start.heads["spent"].layer.get_weights()
    error = (hidden @ kernel + bias)[:, 0] - rows.targets["spent"].values
    slope = 0.5 * hidden.T @ error / 32
    moved = graph.heads["spent"].layer.get_weights()[0] - kernel
    assert moved[:, 0] == pytest.approx(-0.2 * slope, abs=1e-6)
