"""What is wrong with a job is said in words: the field, what it takes, and no word of pydantic."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.faults import FORMS, TYPES, faults
from hone.api.job import JobSpec
from tests.api.right_spec import RIGHT
from tests.api.wrong_specs import CASES, COMPRESS, PREPARE, TRAIN, Wrong

JARGON = re.compile(r"Input|Extra inputs|Tuple|String|instance|dictionary|permitted")


def found(spec: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        JobSpec.admit(spec)
    return faults(caught.value, JobSpec)


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.name)
def test_no_fault_speaks_of_the_library_that_found_it(wrong: Wrong) -> None:
    assert not JARGON.search(" ".join(found(wrong.spec())))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ((*TRAIN, "epoch"), 3, "stages[1].train.epoch: unknown; did you mean epochs?"),
        (
            (*TRAIN, "model", "recommendation"),
            {"bert": {}},
            "stages[1].train.model.recommendation.bert: unknown; known here: behaviour, gru, "
            "lstm, transformer, twoTower",
        ),
        ((*TRAIN, "epochs"), "ten", 'stages[1].train.epochs: must be a whole number; found "ten"'),
        (
            (*TRAIN, "epochs"),
            "40",
            'stages[1].train.epochs: must be a whole number, without quotes; found "40"',
        ),
        ((*TRAIN, "batch_size"), 8, "stages[1].train.batch_size: unknown; did you mean batchSize?"),
        (("seed",), True, "seed: must be a whole number; found true"),
        (("suspend",), "yes", 'suspend: must be true or false, without quotes; found "yes"'),
        ((*TRAIN, "epochs"), 0, "stages[1].train.epochs: must be at least 1; found 0"),
        (
            (*TRAIN, "keep"),
            "all",
            "stages[1].train.keep: must be 'best', 'last' or 'average'; found \"all\"",
        ),
        (PREPARE, 5, "stages[0].prepare: must hold `key: value` pairs"),
        (
            (*TRAIN, "model", "recommendation"),
            "lstm",
            "stages[1].train.model.recommendation: must hold `key: value` pairs; write `lstm: {}`",
        ),
        (
            (*TRAIN, "model"),
            "lstm",
            "stages[1].train.model: must hold `key: value` pairs; write "
            "`recommendation: {lstm: {}}`",
        ),
        (
            (*TRAIN, "model"),
            "bert",
            "stages[1].train.model: must hold `key: value` pairs; known here: ads, custom, "
            "generic, recommendation, search, service",
        ),
        (
            (*TRAIN, "learningRate"),
            0.01,
            "stages[1].train.learningRate: unknown here; it belongs in optimizer.adam, "
            "optimizer.sgd",
        ),
        (
            (*PREPARE, "label"),
            "clicked",
            "stages[0].prepare.label: unknown here; it belongs in tasks[].binary, tasks[].classes, "
            "tasks[].number, …",
        ),
        (
            (*PREPARE, "source", "csv"),
            "clicks.csv",
            "stages[0].prepare.source.csv: must hold `key: value` pairs; write it behind its "
            "key, as in `uri: …`",
        ),
        (
            (*PREPARE, "tasks"),
            {"binary": {"label": "clicked"}},
            "stages[0].prepare.tasks: must be a list: put `- ` before each item",
        ),
        (
            (*PREPARE, "tasks"),
            [{"ranking": {"label": "grade"}}],
            "stages[0].prepare.tasks[0].ranking.group: missing; give the column whose rows make "
            "one list",
        ),
        (
            (*PREPARE, "tasks"),
            [{"regression": {}}],
            "stages[0].prepare.tasks[0].regression: write number",
        ),
        (
            (*PREPARE, "columns"),
            [{"name": "user", "type": "id"}],
            "stages[0].prepare.columns[0].type: the kind is a key itself, as "
            "in {name: user, id: {}}",
        ),
        ((*COMPRESS, "candidates"), [], "stages[3].compress.candidates: must hold at least 1"),
    ],
)
def test_a_fault_names_the_field_and_the_remedy(
    path: tuple[str | int, ...], value: Any, says: str
) -> None:
    assert says in found(Wrong("", path, value, ()).spec())


def test_a_fault_in_an_item_is_not_told_of_its_list_again() -> None:
    one = {**RIGHT, "stages": [{"name": "Data", "prepare": {"columns": []}}]}
    assert not [each for each in found(one) if each.startswith("stages:")]


def test_a_fault_within_a_list_is_told_with_its_index() -> None:
    spec = {"stages": [{"name": "fuse", "fuse": {"vote": {}}}]}
    assert found(spec)[0].startswith("stages[0]: fuse needs a dataset")


def test_a_password_is_not_repeated() -> None:
    said = found(Wrong("", ("artifacts", "uri"), "s3://me:secret@models", ()).spec())
    assert said == [f"artifacts.uri: {FORMS[next(p for p in FORMS if 's3|gs' in p)]}"]


def test_every_pattern_of_the_schema_is_told_in_words() -> None:
    schema = json.dumps(JobSpec.model_json_schema())
    patterns = {
        json.loads(f'"{each}"') for each in re.findall(r'"pattern": "((?:\\.|[^"])*)"', schema)
    }
    assert patterns <= set(FORMS)


def test_every_form_reads_as_a_sentence() -> None:
    assert all(text.startswith("must") for text in (*FORMS.values(), *list(TYPES.values())[1:]))
