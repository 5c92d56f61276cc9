"""The facts of a training: they add up, survive JSON, and do not grow without bound."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.train.step_sums import mean_losses
from hone_trainer.train.train_state import TRACE_LIMIT, TrainState


def add(state: TrainState, steps: int, loss: float, rows: float = 4.0) -> None:
    """Take note of a block of one target, each of whose rows weighs 2."""
    state.add(steps, np.array([2 * loss * rows, 2 * rows, rows]), loss)


def test_an_epoch_is_the_sum_of_its_blocks() -> None:
    state = TrainState()
    add(state, 3, 0.5, rows=100)
    add(state, 1, 0.9, rows=20)
    assert mean_losses(np.asarray(state.sums)) == pytest.approx([68 / 120])
    assert state.sums[1:] == [240, 120]
    state.seconds = 2.5004
    state.end_epoch({"loss": 0.6, "valLoss": 0.7})
    assert state.history == [{"epoch": 1, "loss": 0.6, "valLoss": 0.7, "seconds": 2.5}]
    assert (state.epochs, state.step, state.sums, state.seconds) == (1, 4, [], 0.0)
    add(state, 1, 2.0)
    assert mean_losses(np.asarray(state.sums)) == pytest.approx([2.0])
    state.end_epoch({})
    assert [epoch["epoch"] for epoch in state.history] == [1, 2]


def test_the_losses_of_several_targets_are_means_over_their_own_weights() -> None:
    sums = np.array([6.0, 0.0, 2.5, 3.0, 0.0, 5.0, 9.0])
    assert mean_losses(sums).tolist() == [2.0, 0.0, 0.5]  # of a target that no row has, 0


def test_what_is_saved_is_what_is_resumed() -> None:
    state = TrainState(best_epoch=1, rate=0.25, rollbacks=2)
    for n in range(5):
        add(state, 4, 0.1 + n / 3)
    state.end_epoch({"valLoss": 1 / 3})
    add(state, 4, 1 / 7)
    again = TrainState.load(json.loads(json.dumps(state.dump())))
    assert again == state
    add(again, 1, 0.1)
    assert again != state  # nothing is shared


@settings(deadline=None, max_examples=40)
@given(blocks=st.integers(1, 9 * TRACE_LIMIT // 4))
def test_the_curve_keeps_its_shape_and_its_last_point(blocks: int) -> None:
    state = TrainState()
    for n in range(1, blocks + 1):
        add(state, 2, float(n))
    assert min(blocks, TRACE_LIMIT // 2) <= len(state.trace) <= TRACE_LIMIT
    assert state.trace[-1] == (2 * blocks, blocks)
    assert all(step == 2 * loss for step, loss in state.trace)
    taken = [step for step, _ in state.trace]
    assert taken == sorted(set(taken))
    # No hole larger than the thinning has made: twice for every time it was halved.
    assert max(np.diff([0, *taken])) <= 2 * 2 ** (blocks // (TRACE_LIMIT // 2))


def test_the_point_that_is_no_number_is_there_when_it_is_looked_for() -> None:
    state = TrainState()
    for n in range(TRACE_LIMIT):
        add(state, 1, float(n))
    add(state, 1, float("nan"))
    assert np.isnan(state.trace[-1][1])
    assert len(state.trace) <= TRACE_LIMIT


def test_a_block_without_rows_is_no_division_by_nothing() -> None:
    assert mean_losses(np.zeros(3)).tolist() == [0.0]
