"""What tasks learn of their labels, and how these are stored."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned
from hone_trainer.tasks.task import Task
from tests.trainer.tasks.blocks import block


def made(**words: Any) -> Task:
    task: Task = AnyTask.model_validate(words).value
    return task


BINARY = made(binary={"label": "y"})
CLASSES = made(classes={"label": "y"})
NUMBER = made(number={"label": "y"})


def test_two_classes_learn_their_rate() -> None:
    blocks = [block(y=[1, 0, 0]), block(y=[None, 0, 1])]
    learned = BINARY.learn([BINARY.summarize(each) for each in blocks])
    assert learned.frequencies.tolist() == [0.6, 0.4]
    values, weight = BINARY.encode(blocks[1], learned)
    assert (values.tolist(), weight.tolist()) == ([0, 0, 1], [0, 1, 1])


def test_a_label_is_0_or_1_and_stored_in_a_byte() -> None:
    values, _ = BINARY.encode(block(y=[0, 1, 1, -0.0]), Learned())
    assert (values.dtype.name, values.tolist()) == ("int8", [0, 1, 1, 0])
    assert [len(each) for each in BINARY.encode(block(y=[]), Learned())] == [0, 0]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, 0, 2], "'y' has 2, neither 0 nor 1, in row 13: correct"),
        ([0.5], "'y' has 0.5, neither 0 nor 1, in row 11: correct"),
    ],
)
def test_what_is_no_label_is_never_taken_for_one(values: list[float], told: str) -> None:
    rows = block(y=values)
    with pytest.raises(StageFailure, match=told) as failure:
        BINARY.encode(Block(rows.table, rows.rows + 10, rows.parts), Learned())
    assert failure.value.reason == "BadLabel"


def test_classes_are_learned_in_alphabetical_order_and_others_are_unseen() -> None:
    learned = CLASSES.learn([CLASSES.summarize(block(y=["b", "a", "b", None]))])
    assert learned.keys == ("a", "b")
    assert learned.counts is not None
    assert learned.counts.tolist() == [1, 2]
    values, weight = CLASSES.encode(block(y=["c", "b", None, "a"]), learned)
    assert values.tolist() == [-1, 1, -1, 0]
    assert weight.tolist() == [1, 1, 0, 1]


def test_numbers_learn_mean_spread_and_median_over_blocks() -> None:
    draw = np.random.default_rng(0)
    values = draw.lognormal(0, 1, 90)
    parts = [block(y=list(values[:20])), block(y=[*values[20:], None])]
    learned = NUMBER.learn([NUMBER.summarize(each) for each in parts])
    assert learned.center == pytest.approx(values.mean())
    assert learned.scale == pytest.approx(values.std())
    assert learned.median == pytest.approx(np.median(values))


@pytest.mark.parametrize("task", [BINARY, CLASSES, NUMBER])
def test_what_was_learned_is_the_same_after_it_was_stored(task: Task) -> None:
    rows = block(y=["a", "b", "a"]) if task is CLASSES else block(y=[0, 1, 0])
    learned = task.learn([task.summarize(rows)])
    again = Learned.read(learned.dump())
    assert again.dump() == learned.dump()
    assert task.bias(again).tolist() == task.bias(learned).tolist()


@pytest.mark.parametrize(
    ("task", "rows", "reason"),
    [
        (BINARY, {"y": [1, 2]}, "BadLabel"),
        (CLASSES, {"y": ["a", "a"]}, "OneClass"),
        (NUMBER, {"y": [3, 3]}, "OneValue"),
        (NUMBER, {"y": [3, np.inf]}, "BadLabel"),
        (made(number={"label": "y", "log": True}), {"y": [3, -1]}, "BadLabel"),
        (made(binary={"label": "y", "weight": "w"}), {"y": [0, 1], "w": [1, -1]}, "BadWeight"),
        (made(binary={"label": "y", "weight": "w"}), {"y": [0, 1], "w": [1, None]}, "BadWeight"),
    ],
)
def test_labels_that_teach_nothing_are_refused(task: Task, rows: Any, reason: str) -> None:
    with pytest.raises(StageFailure) as failure:
        task.learn([task.summarize(block(**rows))])
    assert failure.value.reason == reason
    assert "'y'" in failure.value.message or "'w'" in failure.value.message


def test_one_class_of_two_may_be_learned_of_but_not_trained_on() -> None:
    """Augmentation may bring the other one: what is told of positive rows alone has negatives."""
    learned = BINARY.learn([BINARY.summarize(block(y=[1, 1]))])
    assert BINARY.shifted(learned, [4, 2]).prior_shift == 0, "nobody knows how rare they are"
    with pytest.raises(StageFailure, match="'y' is 1 in every training row") as failure:
        BINARY.shifted(learned, [0, 2])
    assert failure.value.reason == "OneClass"


def test_a_row_counts_by_its_weight_and_only_where_it_has_the_target() -> None:
    task = made(binary={"label": "bought", "where": "clicked", "weight": "price"})
    rows = block(bought=[1, 0, 0, None], clicked=[1, 1, 0, 1], price=[2, 0.5, 9, 9])
    _, weight = task.encode(rows, Learned())
    assert weight.tolist() == [2, 0.5, 0, 0]
    assert task.columns == {"bought", "clicked", "price"}
    assert task.title == "bought"
