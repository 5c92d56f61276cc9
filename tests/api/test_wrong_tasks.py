"""What is predicted has to fit the columns, the split, the training and what is asked of it."""

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.faults import faults
from hone.api.job import JobSpec

Stages = list[dict[str, Any]]

USER, SHOP = {"name": "user", "id": {}}, {"name": "shop", "id": {"buckets": 100}}
PRICE = {"name": "price", "number": {}}
CLICKED = {"binary": {"label": "clicked"}}
INTENT = {"classes": {"label": "intent"}}
SPENT = {"number": {"label": "spent"}}
NEXT = {"nextItem": {"label": "item"}}
FOUND = {"ranking": {"label": "grade", "group": "query"}}
BY_QUERY = {"by": {"group": {"column": "query"}}}
QUERY = {"name": "query", "key": {}}


def job(*tasks: dict[str, Any], train: Any = None, then: Any = None, **prepare: Any) -> Stages:
    columns = prepare.pop("columns", [USER, SHOP, PRICE, QUERY])
    source = prepare.pop("source", {"csv": {"uri": "s3://raw/clicks.csv"}})
    data = {"source": source, "tasks": [*tasks], "columns": columns, **prepare}
    data = {name: value for name, value in data.items() if value is not None}
    model: dict[str, Any] = {"generic": {"dense": {}}}
    stages = [{"name": "data", "prepare": data}]
    stages.append({"name": "train", "train": {"model": model, **(train or {})}})
    return [*stages, *(then or [])]


def judge(**words: Any) -> Stages:
    return [{"name": "judge", "evaluate": words}]


def small(**budget: Any) -> Stages:
    candidates: list[Any] = [{"techniques": [{"quantize": {}}]}]
    return [{"name": "small", "compress": {"budget": budget, "candidates": candidates}}]


def gate(metric: str, **words: Any) -> dict[str, Any]:
    return {"metric": metric, "atLeast": 0.5, **words}


WRONG: dict[str, tuple[Stages, str]] = {
    "no task": (job(), "tasks: must hold at least 1"),
    "a ranking without a group": (job({"ranking": {"label": "y"}}), "ranking.group: missing"),
    "a list cut by a random split": (
        job(FOUND),
        "prepare.split.by cuts the lists of prepare.tasks[].ranking: set "
        "prepare.split.by.group.column: query",
    ),
    "a list cut by another group": (
        job(FOUND, split={"by": {"group": {"column": "user"}}}),
        "prepare.split.by cuts the lists",
    ),
    "a list cut among members": (
        job(FOUND, split=BY_QUERY, divide={"rows": {}}),
        "prepare.divide cuts the lists",
    ),
    "lists of two groups": (
        job(FOUND, {"ranking": {"label": "other", "group": "user"}}, split=BY_QUERY),
        "two tasks have lists of different groups: give them one group",
    ),
    "lists on parameter servers": (
        job(FOUND, split=BY_QUERY, train={"strategy": {"parameterServer": {}}}),
        "train.strategy.parameterServer hands out rows, and prepare.tasks ranks lists: choose",
    ),
    "a log of rows of lists": (
        job(FOUND, split=BY_QUERY, train={"rowLog": True}),
        "train.rowLog proves that each row is seen",
    ),
    "a label that a model reads": (
        job(CLICKED, columns=[USER, {"name": "clicked", "id": {}}]),
        "prepare.columns lists 'clicked', which prepare.tasks predicts: leave it out of",
    ),
    "a weight that a model reads": (
        job({"binary": {"label": "clicked", "weight": "price"}}),
        "prepare.columns lists 'price', which prepare.tasks reads as weight",
    ),
    "a label as a kind of column": (
        job(CLICKED, columns=[USER, {"name": "clicked", "label": {}}]),
        "columns[1].label: what is predicted stands in prepare.tasks",
    ),
    "a label of what is worked out": (
        job(CLICKED, columns=None, infer={"label": "clicked"}),
        "infer.label: what is predicted stands in prepare.tasks",
    ),
    "a label among ids": (
        job(CLICKED, columns=None, infer={"ids": ["clicked"]}),
        "names 'clicked', which prepare.tasks reads: leave it out",
    ),
    "a column that a made-up source never has": (
        job(CLICKED, source={"clickModel": {}}, columns=[USER, SHOP]),
        "clickModel has no column 'shop'; it has 'user', 'item', 'clicked', 'price', 'bought', 's",
    ),
    "a label that a made-up source never has": (
        job(INTENT, source={"clickModel": {}}, columns=[USER]),
        "clickModel has no column 'intent'",
    ),
    "a number that is none": (
        job(CLICKED, source={"clickModel": {}}, columns=[{"name": "user", "number": {}}]),
        "'user' of clickModel is no number: it wants the kind id, key or text",
    ),
    "columns worked out of rows that are made up": (
        job(CLICKED, source={"clickModel": {}}, columns=None, infer={}),
        "prepare.infer: the columns of this source are not worked out: name them in prepare.colum",
    ),
    "two tasks of one name": (job(CLICKED, CLICKED), "two are called 'clicked': give one of them"),
    "a column read in two ways": (
        job(CLICKED, {"classes": {"label": "clicked", "name": "other"}}),
        "names 'clicked', which another task reads as label and not as category",
    ),
    "a group that holds numbers": (
        job({"binary": {"label": "clicked", "group": "price"}}),
        "prepare.tasks[].group names 'price', whose values are number: it takes text",
    ),
    "classes that are balanced": (
        job(INTENT, augment=[{"balance": {}}]),
        "prepare.augment[].balance works on other labels than those of 'intent'",
    ),
    "numbers that are mixed": (
        job(SPENT, augment=[{"mixup": {}}]),
        "prepare.augment[].mixup works on other labels than those of 'spent'",
    ),
    "drawn rows of which a task knows nothing": (
        job(
            CLICKED,
            SPENT,
            augment=[{"negatives": {"of": "shop", "by": "user"}}],
        ),
        "draws rows with 'clicked' 0, of which other tasks know nothing: give them where: clicked",
    ),
    "a number in strata": (
        job(SPENT, split={"by": {"stratified": {}}}),
        "prepare.split.by.stratified: 'spent' is a number and has no classes: name a column",
    ),
    "items in strata": (
        job(NEXT, split={"by": {"stratified": {}}}),
        "prepare.split.by.stratified: 'item' names items, which are too many to be classes: name",
    ),
    "a figure of more places than are kept": (
        job(NEXT, then=judge(require=[gate("coverage@50")])),
        "require[].metric: 'coverage@50' cannot be had: the cut should be less than or equal to 10",
    ),
    "a figure of more places than any list has": (
        job(NEXT, then=judge(require=[gate("ndcg@20000")])),
        "'ndcg@20000' cannot be had: the cut should be less than or equal to 10000",
    ),
    "a figure that nobody knows": (job(CLICKED, then=judge(require=[gate("fame")])), "fame"),
    "a figure of another task": (job(CLICKED, then=judge(require=[gate("ndcg@10")])), "ndcg@10"),
    "a figure of a task that is not there": (
        job(CLICKED, then=judge(require=[gate("auc", task="bought")])),
        "bought",
    ),
    "a gate on what no file has": (job(CLICKED, then=judge(require=[gate("sizeBytes")])), "sizeB"),
    "a budget of another task's figure": (job(SPENT, then=small(metric="auc")), "auc"),
    "two bounds of a budget": (
        job(CLICKED, then=small(maxDrop=0.1, maxRelativeDrop=0.1)),
        "set one of maxDrop, maxRelativeDrop",
    ),
    "segments of a hashed column": (
        job(CLICKED, then=judge(by=["shop"])),
        "evaluate.by names 'shop', which is no id column of length 1 with a vocabulary",
    ),
    "segments of the next item": (job(NEXT, then=judge(by=["item"])), "evaluate.by names 'item'"),
}


@pytest.mark.parametrize(("stages", "says"), WRONG.values(), ids=WRONG)
def test_it_is_said_before_anything_runs(stages: Stages, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        JobSpec.admit({"stages": copy.deepcopy(stages)})
    assert says in "\n".join(faults(refused.value, JobSpec))


RIGHT: dict[str, Stages] = {
    "two heads": job(CLICKED, {"binary": {"label": "bought", "where": "clicked"}}),
    "a group that models read": job({"binary": {"label": "clicked", "group": "user"}}),
    "lists among members": job(FOUND, split=BY_QUERY, train={"members": 2}),
    "what comes next": job(NEXT),
    "gates of a named task": job(CLICKED, SPENT, then=judge(require=[gate("r2", task="spent")])),
    "segments": job(CLICKED, then=judge(by=["user"], baseline="linear")),
}


@pytest.mark.parametrize("stages", RIGHT.values(), ids=RIGHT)
def test_what_fits_is_taken(stages: Stages) -> None:
    assert JobSpec.admit({"stages": copy.deepcopy(stages)}).stages
