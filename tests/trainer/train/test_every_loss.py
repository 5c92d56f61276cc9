"""What a row counts in a loss, whatever is predicted: 2 is the row twice, and 0 is no row."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.head import Computed
from hone_trainer.tasks.learned import Learned, Targets
from hone_trainer.tasks.task import Task

pytestmark = pytest.mark.tensorflow

ROWS, LIST, CLASSES = 24, 4, 12
NAMES = Learned(tuple(f"k{k}" for k in range(CLASSES)), np.arange(CLASSES) + 1.0)
KINDS: dict[str, tuple[dict[str, Any], Learned]] = {
    "binary": ({"binary": {"label": "y"}}, Learned(("0", "1"), np.array([3.0, 1.0]))),
    "classes": ({"classes": {"label": "y"}}, NAMES),
    "unsmoothed": ({"classes": {"label": "y", "smoothing": 0}}, NAMES),
    "squared classes": ({"classes": {"label": "y", "objective": "squaredError"}}, NAMES),
    "squared items": ({"nextItem": {"label": "y", "objective": "squaredError"}}, NAMES),
    "squared": ({"number": {"label": "y"}}, Learned(center=3.0, scale=2.0)),
    "huber": ({"number": {"label": "y", "error": "huber"}}, Learned(scale=2.0)),
    "absolute": ({"number": {"label": "y", "error": "absolute", "log": True}}, Learned()),
    "nextItem": ({"nextItem": {"label": "y"}}, NAMES),
    "ranking": ({"ranking": {"label": "y", "group": "q"}}, Learned(("a",))),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def test_no_kind_of_task_is_left_out() -> None:
    assert {key for words, _ in KINDS.values() for key in words} == set(AnyTask.kinds)


def drawn(kind: str) -> tuple[Task, Any, Any]:
    """Return a task, the logits of some rows, and what they are to be."""
    task: Task = AnyTask.model_validate(KINDS[kind][0]).value
    draw = np.random.default_rng(4)
    outputs = len(task.bias(KINDS[kind][1])) if task.reads != "label" else 1
    values = {
        "label": draw.integers(0, 2, ROWS).astype(np.int8),
        "amount": draw.normal(3, 1, ROWS) ** 2,
        "grade": draw.integers(0, 3, ROWS).astype(np.float32),
        "category": draw.integers(-1, CLASSES, ROWS).astype(np.int32),
    }[task.reads]
    return task, draw.normal(0, 1, (ROWS, outputs)).astype(np.float32), values


def summed(kind: str, rows: Any, weight: Any) -> tuple[float, float]:
    """Return the sums of loss and weight over some rows; those of a list stand side by side."""
    from hone_trainer.backend.keras import tf

    task, logits, values = drawn(kind)
    lists = tf.constant(np.arange(len(rows), dtype=np.int32).reshape(-1, LIST))
    given = tf.constant(weight, tf.float32)
    targets = Targets(tf.constant(values[rows]), given, lists if task.listed else None)
    head = Computed(tf.constant(logits[rows]), KINDS[kind][1])
    loss, counts = task.loss(head, {}, targets, None)
    assert np.isfinite(loss).all()
    return float(tf.reduce_sum(loss * counts)), float(tf.reduce_sum(counts))


@pytest.mark.parametrize("kind", ["squared classes", "squared items"])
def test_a_squared_error_is_the_distance_of_the_probabilities_from_what_came(kind: str) -> None:
    _, logits, truth = drawn(kind)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    came = np.eye(CLASSES)[np.maximum(truth, 0)]
    if kind == "squared classes":
        came = came * 0.95 + 0.05 / CLASSES
    wanted = ((shares - came) ** 2).sum(axis=1)[truth >= 0].sum()
    assert summed(kind, np.arange(ROWS), np.ones(ROWS))[0] == pytest.approx(wanted, rel=1e-4)


@each_kind
def test_weight_2_is_the_row_twice(kind: str) -> None:
    twice = summed(kind, np.r_[np.arange(ROWS), np.arange(8)], np.ones(ROWS + 8))
    assert summed(kind, np.arange(ROWS), np.where(np.arange(ROWS) < 8, 2, 1)) == pytest.approx(
        twice, rel=1e-5
    )


@each_kind
def test_weight_0_is_no_row(kind: str) -> None:
    absent = summed(kind, np.arange(8, ROWS), np.ones(ROWS - 8))
    silent = summed(kind, np.arange(ROWS), np.arange(ROWS) >= 8)
    assert silent == pytest.approx(absent, rel=1e-5)


@each_kind
def test_a_batch_without_a_target_costs_nothing_and_is_no_nan(kind: str) -> None:
    assert summed(kind, np.arange(ROWS), np.zeros(ROWS)) == (0, 0)


def test_a_row_of_weight_0_is_none_of_its_list() -> None:
    weight = np.ones(ROWS)
    weight[::LIST] = 0
    _, logits, values = drawn("ranking")
    expected = 0.0
    for start in range(0, ROWS, LIST):
        rows = np.arange(start + 1, start + LIST)
        scores, wanted = logits[rows, 0], values[rows]
        if wanted.sum():
            told = scores - np.log(np.exp(scores).sum())
            expected -= float(wanted / wanted.sum() @ told)
    assert summed("ranking", np.arange(ROWS), weight)[0] == pytest.approx(expected, rel=1e-5)


def test_a_list_of_one_row_that_counts_costs_nothing() -> None:
    weight = np.ones(ROWS)
    weight[1:LIST] = 0
    rest = summed("ranking", np.arange(LIST, ROWS), np.ones(ROWS - LIST))
    assert summed("ranking", np.arange(ROWS), weight) == pytest.approx(rest, rel=1e-5)


@pytest.mark.parametrize("error", ["squared", "huber", "absolute"])
def test_numbers_far_from_0_cost_what_those_beside_it_do(error: str) -> None:
    """Moments since 1970 are whole minutes to float32."""
    from hone_trainer.backend.keras import tf

    values, logits = np.linspace(-900.0, 900.0, 30), np.zeros((30, 1), np.float32)
    task: Task = AnyTask.model_validate({"number": {"label": "y", "error": error}}).value
    losses = []
    for far in (0.0, 1.7e9):
        head = Computed(tf.constant(logits), Learned(center=far, scale=500.0))
        targets = Targets(tf.constant(values + far), tf.ones(30))
        losses.append(task.loss(head, {}, targets, None)[0].numpy())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5, abs=1e-9)
