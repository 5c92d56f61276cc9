"""How fast a training goes, and who holds it up: figures of made-up blocks."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.train.step_sums import Block
from hone_trainer.train.throughput import Throughput


def block(feeding: list[float], computing: list[float], rows: int = 1000) -> Block:
    return Block(9, np.array([1.0, 1.0, rows]), False, np.array(feeding), np.array(computing))


def paced(*computing: float, workers: int | None = None, feeding: float = 0.01) -> Throughput:
    """After a slow first block, and two of 10 steps in 2 s, of which replicas worked so long."""
    throughput = Throughput(workers or len(computing))
    throughput.add(block([9.0] * len(computing), [9.0] * len(computing)), 10, 30.0)
    for _ in range(2):
        throughput.add(block([feeding] * len(computing), list(computing)), 10, 2.0)
    return throughput


def test_the_first_block_pays_for_compiling_and_is_left_out() -> None:
    assert paced(0.15).figures() == {
        "rowsPerSecond": 500.0,
        "stepMilliseconds": 200.0,
        "inputShare": 0.05,
    }


def test_where_there_is_one_block_only_it_counts() -> None:
    throughput = Throughput()
    throughput.add(block([0.1], [0.2]), 10, 4.0)
    assert throughput.figures()["rowsPerSecond"] == 250.0
    assert throughput.remaining(100) is None


@pytest.mark.parametrize(("steps", "seconds"), [(0, 0), (10, 2), (1000, 200)])
def test_what_is_left_takes_as_long_as_what_was(steps: int, seconds: float) -> None:
    assert paced(0.15).remaining(steps) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("computing", "share"),
    [((0.2, 0.2), 0.0), ((0.1, 0.1), 0.5), ((0.2, 0.1), 0.25), ((0.3, 0.3), 0.0)],
)
def test_workers_that_are_done_early_wait(computing: tuple[float, ...], share: float) -> None:
    assert paced(*computing).figures()["waitShare"] == pytest.approx(share)


def test_one_worker_waits_for_nobody() -> None:
    assert "waitShare" not in paced(0.1).figures()


def test_each_worker_has_figures_of_its_own() -> None:
    assert paced(0.1, 0.15, feeding=0.02).workers() == [
        {"inputMilliseconds": 20.0, "computeMilliseconds": 100.0},
        {"inputMilliseconds": 20.0, "computeMilliseconds": 150.0},
    ]


def test_replicas_of_a_worker_count_as_one() -> None:
    throughput = paced(0.1, 0.2, 0.3, 0.5, workers=2)
    assert [worker["computeMilliseconds"] for worker in throughput.workers()] == [150.0, 400.0]


@pytest.mark.parametrize(
    ("computing", "warning"),
    [
        ((0.1,), ""),
        ((0.1, 0.1), ""),
        ((0.1, 0.14), ""),
        ((0.1, 0.2), "; worker 1 is 2.0× slower"),
        ((0.3, 0.1), "; worker 0 is 3.0× slower"),
        ((0.1, 0.1, 0.1, 0.1), ""),
        ((0.1, 0.1, 0.25, 0.1), "; worker 2 is 2.5× slower"),
        ((0.1, 0.2, 0.2, 0.2), ""),
        ((0.0, 0.0, 0.0), ""),
    ],
)
def test_who_holds_the_others_up_is_named(computing: tuple[float, ...], warning: str) -> None:
    assert paced(*computing).warning() == warning


@pytest.mark.parametrize("ask", [Throughput.figures, Throughput.workers, Throughput.warning])
def test_before_the_first_block_nothing_is_known(ask: Any) -> None:
    assert ask(Throughput(1)) in ({}, "", [{"inputMilliseconds": 0.0, "computeMilliseconds": 0.0}])
