"""The facts of a training: they add up, survive JSON, and do not grow without bound."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.train.train_state import TRACE_LIMIT, Progression


def block(loss: float, rows: float = 4.0, hits: float = 3.0) -> np.ndarray[tuple[int], np.dtype]:
    return np.array([loss * rows, hits, rows])


def test_an_epoch_is_the_mean_over_its_rows() -> None:
    state = Progression()
    state.add(3, block(0.5, rows=100, hits=80))
    state.add(1, block(0.9, rows=20, hits=5))
    state.seconds = 2.5004
    state.end_epoch({"valLoss": 0.7})
    assert state.history == [
        {
            "epoch": 1,
            "loss": pytest.approx(68 / 120),
            "accuracy": pytest.approx(85 / 120),
            "valLoss": 0.7,
            "seconds": 2.5,
        }
    ]
    assert (state.epochs, state.step, state.sums, state.seconds) == (1, 4, [0.0, 0.0, 0.0], 0.0)
    state.add(1, block(2.0))
    state.end_epoch({})
    assert [epoch["epoch"] for epoch in state.history] == [1, 2]
    assert state.history[1]["loss"] == pytest.approx(2.0)


def test_what_is_saved_is_what_is_resumed() -> None:
    state = Progression(best_epoch=1, rate=0.25, rollbacks=2)
    for n in range(5):
        state.add(4, block(0.1 + n / 3))
    state.end_epoch({"valLoss": 1 / 3})
    state.add(4, block(1 / 7))
    again = Progression.load(json.loads(json.dumps(state.dump())))
    assert again == state
    again.add(1, block(0.1))
    assert again != state  # nothing is shared


@settings(deadline=None, max_examples=40)
@given(blocks=st.integers(1, 9 * TRACE_LIMIT // 4))
def test_the_curve_keeps_its_shape_and_its_last_point(blocks: int) -> None:
    state = Progression()
    for n in range(1, blocks + 1):
        state.add(2, block(float(n)))
    assert min(blocks, TRACE_LIMIT // 2) <= len(state.trace) <= TRACE_LIMIT
    assert state.trace[-1] == (2 * blocks, blocks)
    assert all(step == 2 * loss for step, loss in state.trace)
    taken = [step for step, _ in state.trace]
    assert taken == sorted(set(taken))
    # No hole larger than the thinning has made: twice for every time it was halved.
    assert max(np.diff([0, *taken])) <= 2 * 2 ** (blocks // (TRACE_LIMIT // 2))


def test_the_point_that_is_no_number_is_there_when_it_is_looked_for() -> None:
    state = Progression()
    for n in range(TRACE_LIMIT):
        state.add(1, block(float(n)))
    state.add(1, block(float("nan")))
    assert np.isnan(state.trace[-1][1])
    assert len(state.trace) <= TRACE_LIMIT


def test_a_block_without_rows_is_no_division_by_nothing() -> None:
    state = Progression()
    state.add(1, np.zeros(3))
    assert state.trace == [(1, 0.0)]
