"""What tasks draw of answers: of bounded size, whoever answered, and for nobody else to know."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from hone_trainer.html.grid import grid
from hone_trainer.html.picture import Grid, Picture, Plot, Point
from hone_trainer.html.plot import plot
from hone_trainer.metrics.scored import Scored
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.learned import Calibration, Learned, Targets
from hone_trainer.tasks.logits import log, log_odds
from hone_trainer.tasks.next_item import NextItem
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.ranking import Ranking
from hone_trainer.tasks.scoring import score
from hone_trainer.tasks.task import Task

ROWS = 4000
NAMES = tuple(f"class_{k}" for k in range(40))
MANY = Learned(NAMES, np.arange(40.0) + 1)
TWO = Learned(("0", "1"), np.array([3.0, 1.0]))
PRICES = Learned(center=3.0, scale=2.0, median=2.5)
CASES: list[tuple[Task, Learned, list[str]]] = [
    (Binary(label="y"), TWO, ["ROC curve", "Calibration"]),
    (Classes(label="y"), MANY, ["Calibration", "Confusion"]),
    (Number(label="y"), PRICES, ["True by predicted", "Errors"]),
    (NextItem(label="y"), MANY, ["Found among the first k"]),
    (Ranking(label="y", group="q"), Learned(("a",)), ["Found among the first k"]),
]
each_task = pytest.mark.parametrize(
    ("task", "learned", "titles"), CASES, ids=lambda case: type(case).__name__
)


def values(task: Task, draw: np.random.Generator) -> np.ndarray[Any, Any]:
    if isinstance(task, Number):
        return draw.normal(3, 2, ROWS)
    return draw.integers(0, 2 if isinstance(task, Binary | Ranking) else 40, ROWS)


def answered(task: Task, learned: Learned, rows: int = ROWS) -> dict[str, Scored]:
    """A model with a clue, and the answer without features."""
    draw = np.random.default_rng(3)
    truth = values(task, draw)
    targets = Targets(truth, np.arange(ROWS) < rows, group=np.arange(ROWS) // 20)
    outputs = len(task.bias(learned))
    logits = draw.normal(0, 1, (ROWS, outputs))
    clue = truth[:, None] == np.arange(outputs) if outputs > 1 else truth[:, None]
    made = task.answer(logits + clue, learned, Calibration())
    prior = task.prior(learned, targets)
    return {
        "model": score(task, targets, [made]),
        "without features": score(task, targets, [prior]),
    }


@each_task
def test_a_task_draws_what_it_knows(task: Task, learned: Learned, titles: list[str]) -> None:
    found = list(task.pictures(learned, answered(task, learned)))
    assert [each.title for each in found] == titles
    for each in found:
        assert each.reading
        assert drawn(each).startswith("<figure")
        if not isinstance(each, Grid):
            assert each.lines[0].name == "model"


@each_task
def test_it_is_small_however_many_rows_there_are(
    task: Task, learned: Learned, titles: list[str]
) -> None:
    for each in task.pictures(learned, answered(task, learned)):
        record = json.dumps(asdict(each), allow_nan=False)
        assert len(record) < 8000
        assert len(drawn(each)) < 12_000


@each_task
def test_one_row_or_one_list_is_enough(task: Task, learned: Learned, titles: list[str]) -> None:
    for each in task.pictures(learned, answered(task, learned, rows=20 if task.listed else 1)):
        json.dumps(asdict(each), allow_nan=False)
        assert "nan" not in drawn(each)


def test_rows_of_one_label_alone_have_no_roc_curve() -> None:
    task = Binary(label="y")
    targets = Targets(np.ones(9), np.ones(9))
    scored = score(task, targets, [{"probability": np.linspace(0.1, 0.9, 9)[:, None]}])
    assert [each.title for each in task.pictures(TWO, {"model": scored})] == ["Calibration"]


def test_the_answer_without_features_has_no_curve_where_it_would_be_the_guide() -> None:
    curve = next(Binary(label="y").pictures(TWO, answered(Binary(label="y"), TWO)))
    assert not isinstance(curve, Grid)
    assert [line.name for line in curve.lines] == ["model"]
    assert curve.guide is not None


@pytest.mark.parametrize(("task", "learned"), [(case[0], case[1]) for case in CASES[:2]])
def test_calibration_is_drawn_before_and_after(task: Task, learned: Learned) -> None:
    draw = np.random.default_rng(5)
    targets = Targets(values(task, draw), np.ones(ROWS))
    outputs = len(task.bias(learned))
    clue = targets.values[:, None] == np.arange(outputs) if outputs > 1 else targets.values[:, None]
    # Three times as sure of itself as it may be.
    raw = task.answer(3 * (draw.normal(0, 1, (ROWS, outputs)) + clue), Learned(), Calibration())
    fitted = task.calibrate(targets, raw)
    logits = log(raw["probabilities"]) if outputs > 1 else log_odds(raw["probability"])
    shipped = task.answer(logits, Learned(), fitted)

    def lines(answers: Any, calibration: Calibration) -> dict[str, tuple[Point, ...]]:
        scored = score(task, targets, [answers], calibration)
        answered = {"model": scored, "linear": scored}
        found = {each.title: each for each in task.pictures(learned, answered)}["Calibration"]
        assert isinstance(found, Plot)
        return {line.name: line.points for line in found.lines}

    after, before = lines(shipped, fitted), lines(raw, Calibration())
    assert list(after) == ["model", "linear", "before calibration"]
    assert np.allclose(after["before calibration"], before["model"], atol=2e-3)
    off = {name: np.abs(np.diff(points)).mean() for name, points in after.items()}
    assert off["model"] < off["before calibration"] / 3, "it is nearer to the dotted line"
    assert "before calibration" not in lines(raw, Calibration(threshold=0.4))


def test_of_many_classes_the_most_confused_are_named_and_others_summed_up() -> None:
    task = Classes(label="y")
    *_, confusion = task.pictures(MANY, answered(task, MANY))
    assert isinstance(confusion, Grid)
    assert len(confusion.rows) == len(confusion.columns) == 13
    assert set(confusion.rows[:-1]) < set(NAMES)
    assert confusion.rows[-1] == "and others"
    assert sum(map(sum, confusion.cells)) == pytest.approx(ROWS, rel=1e-3)


def test_more_is_found_the_further_one_looks() -> None:
    task = NextItem(label="y")
    (found,) = task.pictures(MANY, answered(task, MANY))
    assert not isinstance(found, Grid)
    model, popular = (dict(line.points) for line in found.lines)
    assert list(model.values()) == sorted(model.values())
    assert model[50.0] == 1.0, "there are forty"
    assert model[1.0] > popular[1.0]


def test_a_task_of_which_nothing_is_known_draws_nothing() -> None:
    assert list(Task(label="y").pictures(TWO, {})) == []


def drawn(picture: Picture) -> str:
    return grid(picture) if isinstance(picture, Grid) else plot(picture)
