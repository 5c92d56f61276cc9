"""What is trained when: held weights stay bit for bit, and so do their moments."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.trainer.stepping import drawn, network, run, steps

pytestmark = pytest.mark.tensorflow


def named(weights: Any) -> dict[str, Any]:
    from hone_trainer.train.variables import name_of

    return {name_of(each): each.numpy() for each in weights}


@pytest.mark.parametrize("lazy", [True, False])
def test_what_is_not_trained_stays_bit_for_bit_with_its_moments(lazy: bool) -> None:
    from hone_trainer.train.optimizers.adam import Adam

    graph, optimizer = network(), Adam(lazy=lazy).open(32)
    made = steps(graph, optimizer, drawn(200), 32, lazy=lazy)
    before = named(graph.whole.weights)
    every = graph.whole.trainable_variables
    made.train([each for each in every if not each.name.startswith("table_user")])
    run(made, epochs=2)
    after = named(graph.whole.weights)
    held = [name for name in before if before[name].tobytes() == after[name].tobytes()]
    assert held == ["table_user/embeddings"]
    moved = {n: bool(v.any()) for n, v in named(optimizer.variables).items() if "table" in n}
    assert moved
    assert all(moving is ("table_user" not in name) for name, moving in moved.items())
    made.train(every)
    run(made)
    now = named(graph.whole.weights)
    assert not any(after[name].tobytes() == now[name].tobytes() for name in now)


class Watched:
    """Steps and variables that say what is done with them."""

    names = ("a", "b", "c")
    aside = ()

    def __init__(self) -> None:
        self.told: list[Any] = []

    def train(self, variables: Any) -> None:
        self.told.append([each.name for each in variables])

    def clear(self, group: str) -> None:
        self.told.append(group)


def entered(*epochs: tuple[int, int], frozen: tuple[int, ...] = (0, 2)) -> list[Any]:
    """What happens where a training enters epochs at such steps, with two that hold something."""
    from hone_trainer.train.phases import Phases

    watched = Watched()
    trained = [SimpleNamespace(name=f"{name}:0") for name in Watched.names]
    phases = Phases(2, watched, watched, trained)
    for epoch, first in epochs:
        phases.enter(frozen, epoch, first)
    return watched.told


ALL = ["a:0", "b:0", "c:0"]


@pytest.mark.parametrize(
    ("epochs", "told"),
    [
        (((0, 0), (1, 0), (2, 0), (3, 0)), [["b:0"], ALL, "optimizer"]),
        (((1, 5), (2, 0)), [["b:0"], ALL, "optimizer"]),
        (((2, 0), (3, 0)), ["optimizer"]),
        (((2, 1), (3, 0)), []),
        (((4, 0),), []),
    ],
)
def test_whoever_resumes_trains_what_it_would_have_and_adam_begins_anew_once(
    epochs: Any, told: list[Any]
) -> None:
    assert entered(*epochs) == told


def test_where_nothing_is_held_nothing_happens() -> None:
    assert entered((0, 0), (2, 0), frozen=()) == []


def test_zero_moments_need_a_count_of_zero() -> None:
    """Why Adam begins anew: with a high count its first steps would be several times too large."""
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.optimizers.adam import Adam

    def first(iterations: int) -> float:
        weight, optimizer = tf.Variable([1.0]), Adam(learning_rate=0.01).open(32)
        optimizer.build([weight])
        optimizer.iterations.assign(iterations)
        for _ in range(10):
            optimizer.apply_gradients([(tf.constant([1.0]), weight)])
        return float(1 - weight.numpy()[0])

    assert first(0) == pytest.approx(0.1, rel=1e-3)
    assert first(100_000) > 3 * first(0)
    assert np.isfinite(first(0))
