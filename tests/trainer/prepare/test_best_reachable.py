"""What could be reached: averaged over the test rows that have a target, by its weights."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.prepare.best_reachable import beside, best_reachable, named, sums
from hone_trainer.rows.block import Block
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.task import Task
from tests.trainer.blocks import block

NAN = float("nan")


def tasks(*each: dict[str, Any]) -> tuple[Task, ...]:
    return tuple(AnyTask.model_validate(task).value for task in each)


def rows(known: dict[str, dict[str, list[float]]], **columns: Any) -> Block:
    told = {
        label: {name: np.array(values) for name, values in figures.items()}
        for label, figures in known.items()
    }
    return Block.of(beside(block(**columns).table, told))


def reached(how: tuple[Task, ...], *blocks: Block) -> dict[str, dict[str, float]]:
    return best_reachable(sums(how, each) for each in blocks)


def test_it_is_the_mean_over_all_blocks() -> None:
    clicked = tasks({"binary": {"label": "clicked"}})
    one = rows({"clicked": {"accuracy": [0.9, 0.8]}}, clicked=[1, 0])
    two = rows({"clicked": {"accuracy": [0.4]}}, clicked=[1])
    assert reached(clicked, one, two) == {"clicked": {"accuracy": pytest.approx(0.7)}}


def test_rows_without_the_target_and_rows_that_say_nothing_do_not_count() -> None:
    bought = tasks({"binary": {"label": "bought", "where": "clicked", "weight": "times"}})
    known = {"bought": {"accuracy": [0.6, 0.9, 0.1, NAN], "auc": [NAN, 0.7, 0.2, NAN]}}
    found = rows(known, bought=[0, 1, 1, 1], clicked=[1, 1, 0, 1], times=[1, 2, 1, 1])
    assert reached(bought, found) == {"bought": {"accuracy": pytest.approx(0.8), "auc": 0.7}}


def test_a_figure_that_is_no_mean_follows_from_its_own_parts() -> None:
    spent = tasks({"number": {"label": "spent"}})
    found = rows({"spent": {"rmse": [9.0, 25.0]}}, spent=[1, 2])
    assert reached(spent, found) == {"spent": {"rmse": pytest.approx(17**0.5)}}


def test_only_figures_of_the_task_are_told() -> None:
    """The same column may be read as a number: how likely it is says nothing of errors."""
    found = rows({"clicked": {"accuracy": [0.9]}}, clicked=[1])
    assert reached(tasks({"number": {"label": "clicked"}}), found) == {}


def test_nothing_is_told_where_no_row_says_anything() -> None:
    clicked = tasks({"binary": {"label": "clicked"}})
    found = rows({"clicked": {"auc": [NAN]}}, clicked=[0])
    assert reached(clicked, found) == {"clicked": {}}
    assert named({"clicked": {}}, 1) == {}


def test_names_say_of_which_target_where_there_are_several() -> None:
    found = {"clicked": {"auc": 0.9}, "spent": {"rmse": 3.0}}
    assert named(found, 2) == {"clicked.bestReachableAuc": 0.9, "spent.bestReachableRmse": 3.0}
    assert named({"clicked": {"logLoss": 0.2}}, 1) == {"bestReachableLogLoss": 0.2}
