"""Labels, weights and conditions that no model can learn from: refused, with what to do."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Calibration, Learned, Targets
from hone_trainer.tasks.task import Task
from tests.trainer.tasks.blocks import block


def made(**words: Any) -> Task:
    task: Task = AnyTask.model_validate(words).value
    return task


NUMBER = made(number={"label": "y"})
WEIGHED = made(binary={"label": "y", "weight": "w"})
BOUGHT = made(binary={"label": "y", "where": "c"})
PAID = made(binary={"label": "y", "where": "c", "weight": "w"})
RANKED = made(ranking={"label": "y", "group": "g"})
LOGGED = made(number={"label": "y", "log": True})


def learn(task: Task, **columns: Any) -> Learned:
    rows = block(**columns)
    learned = task.learn([task.summarize(rows)])
    return task.shifted(learned, task.tally(*task.encode(rows, learned)))


@pytest.mark.parametrize(
    ("task", "columns", "told"),
    [
        (
            WEIGHED,
            {"y": [0, 1], "w": [1, 1e38]},
            r"'w' has 1e\+38 as a weight in row 2: weights are 0",
        ),
        (WEIGHED, {"y": [0, 1], "w": [1, 1e-300]}, "in row 2: weights are 0, or numbers from"),
        (WEIGHED, {"y": [0, 1], "w": [None, 1]}, "'w' has nan as a weight in row 1"),
        (WEIGHED, {"y": [0, 1], "w": [0, 0]}, "'y' is missing or the weight 'w' is 0"),
        (
            WEIGHED,
            {"y": [None, None], "w": [1, 1]},
            "column 'y' is missing or .* in every training row",
        ),
        (
            BOUGHT,
            {"y": [0, 1], "c": [2, 1]},
            "'c' has 2, neither 0 nor 1, in row 1: .*tasks.*where",
        ),
        (BOUGHT, {"y": [0, 1], "c": [0, 0]}, "'y' is missing or 'c' is not 1"),
        (made(classes={"label": "y", "weight": "w"}), {"y": ["a", "b"], "w": [0, 0]}, "is 0"),
        (NUMBER, {"y": [None, None]}, "column 'y' is missing in every training row"),
        (NUMBER, {"y": [1e39, 0]}, r"'y' has 1e\+39 in row 1: numbers are up to 1e\+30 in size"),
        (NUMBER, {"y": 1.7e9 + np.arange(9)}, "around 1700000004, which float32 cannot tell apart"),
        (LOGGED, {"y": [3, -2]}, "has -2 in row 2: numbers are above -1 .*leave out number.log"),
        (RANKED, {"y": [0, None], "g": ["q", "q"]}, "'y' is 0 or missing in every training row"),
        (RANKED, {"y": [1, 2000], "g": ["q", "q"]}, "has 2000 in row 2: .* 0 to 30, .* not counts"),
    ],
)
def test_what_nothing_can_be_learned_of_is_refused_with_a_reason(
    task: Task, columns: Any, told: str
) -> None:
    with pytest.raises(StageFailure, match=told):
        learn(task, **columns)


def test_a_row_without_the_target_needs_no_weight() -> None:
    rows = block(y=[0, 1, None, 1], c=[1, 1, 1, 0], w=[2, 3, None, None])
    _, weight = PAID.encode(rows, Learned())
    assert weight.tolist() == [2, 3, 0, 0]


def test_a_row_that_does_not_say_of_which_list_it_is_counts_in_none() -> None:
    _, weight = RANKED.encode(block(y=[1, 0, 1], g=["q", None, None]), Learned())
    assert weight.tolist() == [1, 0, 0]


def test_a_list_of_one_row_has_no_order_to_be_right_about() -> None:
    """Whatever a model says, its one row stands first: such lists would make any model perfect."""
    relevance, group = np.array([1.0, 1, 0, 2, 0]), np.array([1, 2, 2, 3, 4])
    targets = Targets(relevance, np.ones(5), group=group)
    answers = {"score": np.array([[9.0], [1], [2], [9], [9]])}
    scored = RANKED.reduce(targets, answers, Calibration())
    assert scored.weight.tolist() == [0, 1, 0, 0]
    alone = RANKED.reduce(
        targets.take(slice(1, 3)), {"score": answers["score"][1:3]}, Calibration()
    )
    for metric in RANKED.metrics():
        assert metric.value(scored) == metric.value(alone)


@pytest.mark.parametrize("far", [0.0, 1e6, 1.7e9])
@pytest.mark.parametrize("size", [1e-20, 1.0, 1e5, 1e30])
def test_numbers_of_any_size_are_learned_in_units_of_their_spread(far: float, size: float) -> None:
    draw = np.random.default_rng(0)
    values = far + size * draw.uniform(-1, 1, 500)
    if size < 1e-5 * far:
        with pytest.raises(StageFailure) as failure:
            learn(NUMBER, y=values)
        assert failure.value.reason in ("TooFine", "OneValue")
        return
    blocks = [block(y=part) for part in np.split(values, [20, 21, 300])]
    learned = NUMBER.learn([NUMBER.summarize(each) for each in blocks])
    assert learned.center == pytest.approx(values.mean(), rel=1e-9, abs=1e-9 * size)
    assert learned.scale == pytest.approx(values.std(), rel=1e-6)
