"""What a training keeps: the best epoch, and a state that every pod of its gang goes on from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hone_trainer.stages import AnyStage
from hone_trainer.store.chunked_array import InMemory, whole
from hone_trainer.train.checkpoint_manager import CheckpointManager
from hone_trainer.train.train_state import TrainState

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "epochs": 4,
    "checkpoint": {"everySeconds": 1},
}


class Numbers:
    """Variables that are all one number."""

    live = False

    def __init__(self) -> None:
        self.now = 0.0

    def take(self) -> dict[str, tuple[InMemory, ...]]:
        weights, moments = (np.full((3, 2), n, np.float32) for n in (self.now, -self.now))
        return {"weights": (InMemory(weights),), "optimizer": (InMemory(moments),)}

    def put(self, values: Any) -> None:
        self.now = float(whole(values["weights"][0])[0, 0])
        assert float(whole(values["optimizer"][0])[0, 0]) == -self.now

    def tables(self, weights: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(weights)


class Served(Numbers):
    """Variables that lie elsewhere and change while they are written."""

    live = True


def checkpoints(
    bench: Any, numbers: Numbers, rank: int = 0, attempt: int = 0, agreed: Any = None, **words: Any
) -> CheckpointManager:
    run = {"train": TRAIN | words}
    ctx = bench.context(bench.task("train", run, attempt=attempt), rank, 2)
    stage: Any = AnyStage.model_validate(run).value
    return CheckpointManager(
        stage, ctx, numbers, lambda mine: mine if agreed is None else np.array(agreed)
    )


def epochs(kept: CheckpointManager, numbers: Numbers, costs: Sequence[float]) -> TrainState:
    """End epochs with such costs on validation rows; the numbers count them."""
    state = TrainState()
    for number, cost in enumerate(costs, 1):
        numbers.now = float(number)
        state.add(10, np.array([5.0, 10.0, 10.0]), 0.5)
        state.end_epoch({}, cost=cost)
        kept.end_epoch(state)
    kept.flush()
    return state


@pytest.mark.parametrize("numbers", [Numbers(), Served()])
@pytest.mark.parametrize(
    ("keep", "costs", "best"),
    [
        ("best", [0.5, 0.4, 0.45], 2),
        ("best", [0.5, 0.4, 0.4], 3),
        ("best", [0.5, float("inf"), 0.6], 1),
        ("best", [float("inf"), 0.9], 2),
        ("best", [-0.3, -0.4, -0.35], 2),
        ("last", [0.1, 0.4, 0.3, 0.5], 4),
    ],
)
def test_the_weights_are_those_of_the_epoch_that_is_named(
    run_stage: Any, numbers: Numbers, keep: str, costs: list[float], best: int
) -> None:
    kept = checkpoints(run_stage, numbers, keep=keep)
    state = epochs(kept, numbers, costs)
    assert state.best_epoch == best
    (chunked,) = kept.weights()
    assert (whole(chunked) == best).all()


def test_before_its_end_a_training_that_keeps_the_last_epoch_has_none(run_stage: Any) -> None:
    numbers = Numbers()
    kept = checkpoints(run_stage, numbers, keep="last")
    assert epochs(kept, numbers, [0.3, 0.2]).best_epoch == 0
    assert kept.weights() == ()


def test_nothing_is_resumed_where_nothing_was_saved(run_stage: Any) -> None:
    numbers = Numbers()
    assert checkpoints(run_stage, numbers, attempt=1).resume() is None
    assert numbers.now == 0.0


@pytest.mark.parametrize("kind", [Numbers, Served])
def test_another_attempt_has_state_numbers_and_the_best_weights_back(
    run_stage: Any, kind: Any
) -> None:
    numbers = kind()
    first = checkpoints(run_stage, numbers)
    state = epochs(first, numbers, [0.4, 0.5])
    state.add(3, np.array([1.0, 2.0, 3.0]), 0.5)
    numbers.now = 7.0
    first.save(state)
    first.flush()
    numbers = kind()
    second = checkpoints(run_stage, numbers, attempt=1)
    assert second.resume() == state
    assert numbers.now == 7.0
    assert (whole(second.weights()[0]) == 1.0).all()


def test_the_chief_decides_where_the_others_go_on(run_stage: Any) -> None:
    """One of them sees a newer checkpoint, of a zombie, and does not take it."""
    numbers = Numbers()
    chief = checkpoints(run_stage, numbers)
    for step in (10, 20):
        numbers.now = float(step)
        chief.save(TrainState(step=step))
    chief.flush()
    worker = Numbers()
    # What the sum over the gang gives may be a hair less than whole.
    state = checkpoints(
        run_stage, worker, rank=1, attempt=1, agreed=[1.0 - 1e-7, 10 - 1e-6]
    ).resume()
    assert state is not None
    assert (state.step, worker.now) == (10, 10.0)
    assert checkpoints(run_stage, worker, rank=1, attempt=1, agreed=[0.0, 0.0]).resume() is None


def test_only_the_chief_saves(run_stage: Any) -> None:
    numbers = Numbers()
    worker = checkpoints(run_stage, numbers, rank=1, checkpoint={"everySeconds": 1})
    worker.save_if_due(TrainState(step=5))
    worker.flush()
    assert run_stage.store.list("") == []
