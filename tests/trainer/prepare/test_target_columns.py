"""Columns that tasks read: no model sees them, and they are read all the same."""

from typing import Any

import pytest

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.prepare.spec import Prepare
from hone_trainer.prepare.target_columns import with_targets
from hone_trainer.tasks import AnyTask
from tests.trainer.blocks import columns

LISTED = columns(user={"id": {}}, shop={"key": {}}, price={"number": {}}, at={"time": {}})


def added(*tasks: dict[str, Any], listed: tuple[Column, ...] = LISTED) -> dict[str, str]:
    """Return the names and kinds of what is added behind the columns that are listed."""
    read = tuple(AnyTask.model_validate(task).value for task in tasks)
    found = with_targets(listed, read)
    assert found[: len(listed)] == listed
    assert all(column.value.target for column in found[len(listed) :])
    return {column.name: column.kind for column in found[len(listed) :]}


@pytest.mark.parametrize(
    ("tasks", "kinds"),
    [
        ([{"binary": {"label": "y"}}], {"y": "label"}),
        ([{"classes": {"label": "y"}}], {"y": "category"}),
        ([{"nextItem": {"label": "y"}}], {"y": "category"}),
        ([{"number": {"label": "y"}}], {"y": "amount"}),
        (
            [{"binary": {"label": "y", "weight": "w", "where": "s", "group": "g"}}],
            {"y": "label", "w": "amount", "s": "amount", "g": "category"},
        ),
        # A listed group is read once: whose rows belong together is no secret.
        ([{"binary": {"label": "y", "group": "user"}}], {"y": "label"}),
        ([{"binary": {"label": "y", "group": "shop"}}], {"y": "label"}),
        # The label of one task says which rows have that of another.
        (
            [{"binary": {"label": "y"}}, {"binary": {"label": "z", "where": "y"}}],
            {"y": "label", "z": "label"},
        ),
        (
            [{"binary": {"label": "z", "where": "y"}}, {"binary": {"label": "y"}}],
            {"z": "label", "y": "label"},
        ),
        (
            [{"binary": {"label": "y"}}, {"number": {"label": "z", "weight": "w"}}],
            {"y": "label", "z": "amount", "w": "amount"},
        ),
        # Two ways to learn one number.
        ([{"number": {"label": "y"}}, {"number": {"label": "y", "name": "b"}}], {"y": "amount"}),
    ],
)
def test_what_tasks_read_is_added_once(tasks: Any, kinds: dict[str, str]) -> None:
    found = added(*tasks)
    assert found == kinds
    assert list(found) == list(kinds), "labels first, in the order of the tasks"


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ({"label": "price"}, "prepare.columns lists 'price', which prepare.tasks predicts"),
        ({"label": "y", "weight": "price"}, "'price', which prepare.tasks reads as weight"),
        ({"label": "y", "where": "price"}, "'price', which prepare.tasks reads as where"),
    ],
)
@pytest.mark.parametrize("kind", ["binary", "number", "classes"])
def test_no_model_reads_what_it_is_to_predict(kind: str, task: dict[str, Any], said: str) -> None:
    with pytest.raises(StageFailure, match=said) as failure:
        added({kind: task})
    assert failure.value.reason == "TaskColumnListed"
    assert "leave it out of prepare.columns" in failure.value.message


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ([{"binary": {"label": "y", "group": "price"}}], "tasks\\[\\].group names 'price', whose"),
        ([{"binary": {"label": "y", "group": "at"}}], "whose values are time: it takes text"),
        (
            [{"binary": {"label": "y"}}, {"classes": {"label": "y", "name": "b"}}],
            "tasks\\[\\].label names 'y', which another task reads as label and not as category",
        ),
        ([{"classes": {"label": "y", "weight": "y"}}], "reads as category and not as amount"),
    ],
)
def test_one_column_is_not_read_in_two_ways(tasks: Any, said: str) -> None:
    with pytest.raises(StageFailure, match=said) as failure:
        added(*tasks)
    assert failure.value.reason == "WrongColumnKind"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([{"name": "y", "number": {}}, {"name": "user", "id": {}}], "lists 'y', which prepare.tas"),
        ([{"name": "user", "key": {}}], "prepare.columns leave nothing for a model to read"),
    ],
)
def test_it_is_found_before_anything_runs(columns: list[dict[str, Any]], said: str) -> None:
    given = {"source": {"csv": {"uri": "raw.csv"}}, "tasks": [{"number": {"label": "y"}}]}
    (fault,) = Prepare.model_validate(given | {"columns": columns}).check(())
    assert said in fault


def test_two_tasks_have_two_names() -> None:
    given = {"source": {"csv": {"uri": "raw.csv"}}, "columns": [{"name": "user", "id": {}}]}
    twice = [{"binary": {"label": "y"}}, {"number": {"label": "z", "name": "y"}}]
    with pytest.raises(ValueError, match="tasks: two are called 'y': give one of them a name"):
        Prepare.model_validate(given | {"tasks": twice})


@pytest.mark.parametrize(
    ("tasks", "step", "said"),
    [
        ([{"number": {"label": "y"}}], {"balance": {}}, "balance works on other labels than those"),
        ([{"number": {"label": "y"}}], {"mixup": {}}, "mixup works on other labels than those of"),
        ([{"classes": {"label": "y"}}], {"balance": {}}, "balance works on other labels than"),
        ([{"classes": {"label": "y"}}], {"negatives": {}}, "negatives works on other labels than"),
        (
            [{"binary": {"label": "y"}}, {"binary": {"label": "z"}}],
            {"negatives": {}},
            "draws rows with 'y' 0, of which other tasks know nothing: give them where: y",
        ),
    ],
)
def test_an_augmentation_of_other_labels_is_refused(tasks: Any, step: Any, said: str) -> None:
    step = {"negatives": {"of": "item", "by": "user"}} if "negatives" in step else step
    fault = faults(tasks, step)
    assert said in fault[0]


@pytest.mark.parametrize(
    ("tasks", "step"),
    [
        ([{"binary": {"label": "y"}}, {"number": {"label": "z"}}], {"balance": {}}),
        ([{"classes": {"label": "y"}}], {"mixup": {}}),
        ([{"number": {"label": "y"}}], {"mask": {"columns": ["basket"]}}),
        (
            [{"binary": {"label": "y"}}, {"number": {"label": "z", "where": "y"}}],
            {"negatives": {"of": "item", "by": "user"}},
        ),
    ],
)
def test_an_augmentation_that_fits_is_taken(tasks: Any, step: Any) -> None:
    assert not faults(tasks, step)


def faults(tasks: Any, step: Any) -> list[str]:
    ids: list[Any] = [{"name": name, "id": {}} for name in ("user", "item")]
    ids += [{"name": "basket", "id": {"length": 3}}, {"name": "price", "number": {}}]
    given = {"source": {"csv": {"uri": "raw.csv"}}, "tasks": tasks, "augment": [step]}
    return list(Prepare.model_validate(given | {"columns": ids}).check(()))
