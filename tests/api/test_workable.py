"""What cannot work whatever the rows are is said before anything runs, with field and remedy."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.faults import faults
from hone.api.job import JobSpec
from hone.door.preview import main as preview
from tests.api.rich import RICH

LSTM: dict[str, Any] = {"recommendation": {"lstm": {}}}
MATCHING: dict[str, Any] = {"search": {"matching": {"query": ["titel"]}}}
USER = {"name": "user", "id": {}}
TASKS = [{"binary": {"label": "clicked"}}]
PIECES = {"name": "a", "text": {"pieces": {"uri": "s3://models/encoder"}}}
NEXT = [{"nextItem": {"label": "item"}}]
WORDS = {"name": "title", "text": {"words": {"length": 16}}}
WHEN = {"name": "when", "time": {}}
SEQUENCE = {
    "name": "before",
    "sequence": {"of": "user", "by": "user", "along": "when", "length": 8},
}


def data(*columns: dict[str, Any], **words: Any) -> dict[str, Any]:
    source = {"csv": {"uri": "s3://raw/clicks.csv"}}
    return {
        "name": "data",
        "prepare": {"source": source, "tasks": TASKS, "columns": [*columns], **words},
    }


def items(*columns: dict[str, Any]) -> dict[str, Any]:
    return {"uri": "s3://raw/items.csv", "columns": [*columns]}


def spec(*stages: dict[str, Any]) -> dict[str, Any]:
    return {"stages": list(stages)}


def train(members: int = 1) -> dict[str, Any]:
    return {"name": "train", "train": {"model": LSTM, "members": members}}


FUSE = {"name": "fuse", "fuse": {"vote": {}}}
SMALL = {"name": "small", "compress": {"candidates": [{"techniques": [{"quantize": {}}]}]}}
JUDGE = {"name": "judge", "evaluate": {}}

WRONG = {
    "two models to compress": (
        spec(data(USER), train(2), SMALL),
        "stages[2]: compress takes one model and found 2: put a fuse stage before it",
    ),
    "two models to evaluate": (
        spec(data(USER), train(2), JUDGE),
        "stages[2]: evaluate takes one model and found 2: put a fuse stage before it",
    ),
    "trained again after the fusion": (
        spec(data(USER), train(2), FUSE, train(3) | {"name": "again"}, JUDGE),
        "stages[4]: evaluate takes one model and found 3",
    ),
    "a text that TensorFlow alone cannot read": (
        spec(data(USER, WORDS), train(), {"name": "j", "evaluate": {"formats": ["savedModel"]}}),
        "stages[2]: prepare.columns: 'title', of kind text: words are found in one Unicode form "
        "(NFKC), which TensorFlow alone cannot write: leave savedModel out of evaluate.formats",
    ),
    "a step that TensorFlow alone cannot do": (
        spec(
            data(USER, clean=[{"duplicates": {}}, {"outliers": {"isolationForest": {}}}]),
            train(),
            {"name": "j", "evaluate": {"formats": ["savedModel"]}},
        ),
        "stages[2]: prepare.clean[1], outliers: outliers.isolationForest judges by ",
    ),
    "ids of two lengths": (
        spec(data(USER, WORDS, WHEN, SEQUENCE), train()),
        "stages[1]: the lstm model wants sequences of one length, with single ids beside them "
        "(user: 1, title_words: 16, before: 8); give length the same value in prepare.columns[].id",
    ),
    "what was seen, of nobody's history": (
        spec(data(USER, WHEN, tasks=[{"nextItem": {"label": "item", "seen": "leftOut"}}])),
        "stages[0]: prepare.tasks[].nextItem.seen: leftOut wants a sequence of 'item': add one to "
        "prepare.columns",
    ),
    "items that nothing answers with": (
        spec(data(USER, items=items({"name": "genre", "id": {}}))),
        "stages[0]: prepare.items describes what nextItem answers with, and prepare.tasks has none",
    ),
    "a column of rows and of items": (
        spec(data(USER, items=items({"name": "user", "id": {}}), tasks=NEXT)),
        "prepare.items.columns names 'user', and so does prepare.columns: rename one of the two",
    ),
    "items in pieces of an encoder": (
        spec(data(USER, items=items(PIECES), tasks=NEXT)),
        "prepare.items.columns: 'a' is read in pieces of an encoder: give words or characters",
    ),
    "items whose texts are like nothing": (
        spec(
            data(USER, items=items({"name": "a", "text": {"words": {}, "like": "b"}}), tasks=NEXT)
        ),
        "prepare.columns: 'a': text.like names 'b', which is no other text column",
    ),
    "a query of a column that is none": (
        spec(data(USER, WORDS), {"name": "t", "train": {"model": MATCHING}}),
        "stages[1]: train.model.search.matching.query names 'titel', which no model reads (did you "
        "mean 'title'?); columns are title, user",
    ),
    "a split by a column that takes no part": (
        spec(data(USER, split={"by": {"time": {"column": "when"}}})),
        "stages[0]: prepare.split.by.time.column names 'when', which is not in prepare.columns: ",
    ),
    "a rule on one": (
        spec(data(USER, clean=[{"rules": {"hold": [{"range": {"column": "p", "atLeast": 0}}]}}])),
        "names 'p', which is not in prepare.columns: correct one of the two",
    ),
    "an augmentation of one": (
        spec(data(USER, augment=[{"negatives": {"of": "item", "by": "user"}}])),
        "names 'item', which is not in prepare.columns",
    ),
    "a division by one": (
        spec(data(USER, divide={"group": {"column": "shop"}})),
        "names 'shop', which is not in prepare.columns",
    ),
    "a sequence of one": (
        spec(data(USER, SEQUENCE)),
        "sequence.along names 'when', which is not among the columns",
    ),
    "rows between ids": (
        spec(data(USER, augment=[{"mixup": {}}])),
        "prepare.augment[].mixup: there is nothing between ids: add a number column, or leave it",
    ),
    "rows between ids of the rarer label": (
        spec(data(USER, augment=[{"balance": {"by": {"smote": {}}}}])),
        "prepare.augment[].balance.by.smote: there is nothing between ids: add a number column",
    ),
    "rows between what only says which row comes first": (
        spec(
            data(
                *(USER, {"name": "when", "number": {}}),
                split={"by": {"time": {"column": "when"}}},
                augment=[{"mixup": {}}],
            )
        ),
        "prepare.augment[].mixup: there is nothing between ids",
    ),
    "nothing to read": (
        spec(data(WHEN)),
        "prepare.columns leave nothing for a model to read",
    ),
}
RIGHT = {
    "rows between moments": spec(
        data({"name": "when", "time": {"fields": ["sinceEpoch"]}}, augment=[{"mixup": {}}])
    ),
    "one model": spec(data(USER), train(), SMALL, JUDGE),
    "several that are fused": spec(data(USER), train(2), FUSE, SMALL, JUDGE),
    "several that nobody takes as one": spec(data(USER), train(2)),
    "ids of one length beside single ones": spec(data(USER, WORDS), train()),
    "columns that only the rows tell": spec(
        {
            "name": "data",
            "prepare": {
                "source": {"csv": {"uri": "s3://raw/x.csv"}},
                "tasks": TASKS,
                "infer": {},
                "split": {"by": {"time": {"column": "when"}}},
            },
        },
        train(),
    ),
}


@pytest.mark.parametrize(("given", "says"), WRONG.values(), ids=WRONG)
def test_it_is_said_before_anything_runs(given: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as refused:
        JobSpec.admit(given)
    assert says in faults(refused.value, JobSpec)[0]
    file, out = tmp_path / "job.json", io.StringIO()
    file.write_text(json.dumps({**RICH, "spec": given}))
    assert preview(file, "table", out) == 2
    assert f"spec.{says}" in out.getvalue() or says in out.getvalue()


@pytest.mark.parametrize("given", RIGHT.values(), ids=RIGHT)
def test_what_can_work_is_taken(given: dict[str, Any]) -> None:
    assert JobSpec.admit(copy.deepcopy(given)).stages
