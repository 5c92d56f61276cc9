"""A number that only says which row comes first is no quantity, unless somebody says so."""

from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.prepare.reading import columns
from hone_trainer.prepare.spec import Prepare
from hone_trainer.store.artifact_store import open_store

LAST = {"leaveOneOut": {"by": "user", "along": "at"}}
PAST = {"name": "past", "sequence": {"of": "item", "by": "user", "along": "at"}}
COURSE = {"missing": {"interpolate": {"along": "at"}, "columns": ["price"]}}
Z_SCORE: dict[str, Any] = {"normalize": {"zScore": {}}}


def stage(at: dict[str, Any], *more: Any, uri: str = "raw.csv", **words: Any) -> dict[str, Any]:
    kinds = [
        {"name": "user", "id": {}},
        {"name": "item", "id": {}},
        {"name": "price", "number": Z_SCORE},
        {"name": "at", "number": at},
        *more,
    ]
    tasks = [{"binary": {"label": "bought"}}]
    return {"source": {"csv": {"uri": uri}}, "tasks": tasks, "columns": kinds} | words


def read(given: dict[str, Any]) -> bool:
    """Whether a model reads ``at``."""
    found, _ = columns(Prepare.model_validate(given), open_store(Store(uri="unused")))
    return bool(next(column for column in found if column.name == "at").value.whole)


NAMING: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "a sequence": ((PAST,), {}),
    "a split by time": ((), {"split": {"by": {"time": {"column": "at"}}}}),
    "a stratified split": ((), {"split": {"by": {"stratified": {"column": "at"}}}}),
    "leave one out": ((), {"split": {"by": LAST}}),
    "an interpolation": ((), {"clean": [COURSE]}),
}


@pytest.mark.parametrize("naming", NAMING)
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ({}, False),
        ({"feature": True}, True),
        (Z_SCORE, True),
        ({"buckets": {}}, True),
        (Z_SCORE | {"feature": False}, False),
    ],
)
def test_what_names_a_number_to_order_rows_does_not_have_it_read(
    naming: str, at: dict[str, Any], expected: bool
) -> None:
    more, words = NAMING[naming]
    assert read(stage(at, *more, **words)) is expected


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"split": {"by": {"group": {"column": "user"}}}},
        {"clean": [{"rules": {"hold": [{"order": {"column": "at", "notBelow": "price"}}]}}]},
        {"clean": [{"missing": {"columns": ["at"]}}]},
    ],
)
def test_other_numbers_are_read(words: dict[str, Any]) -> None:
    assert read(stage({}, **words))
    assert not read(stage({"feature": False}, **words))


def test_a_job_in_which_nothing_is_left_to_read_is_refused() -> None:
    given = stage({}, split={"by": {"time": {"column": "at"}}})
    given["columns"] = [column for column in given["columns"] if column["name"] == "at"]
    with pytest.raises(StageFailure, match="leave nothing for a model to read") as caught:
        read(given)
    assert caught.value.reason == "NothingToInfer"


@pytest.mark.parametrize(("at", "names"), [({}, ["price"]), ({"feature": True}, ["price", "at"])])
def test_the_data_set_and_its_transform_keep_to_it(
    run_stage: Any, tmp_path: Path, at: dict[str, Any], names: list[str]
) -> None:
    lines = ["user,item,price,at,bought"]
    lines += [f"u{n % 20},i{n % 7},{n % 9},{n + 10**6},{n * n % 3 % 2}" for n in range(400)]
    lines.append(",i1,1,,1")  # of nobody, and at no time
    (tmp_path / "raw.csv").write_text("\n".join(lines))
    given = stage(at, PAST, uri=str(tmp_path / "raw.csv"), split={"by": LAST})
    given["clean"] = [{"missing": {"word": "nobody", "columns": ["user"]}}]
    if at:
        given["clean"].append({"missing": {}})
    report = run_stage("data", {"prepare": given})
    facts = run_stage.manifest(report).facts
    numbers = [field["name"] for field in facts["schema"]["fields"] if field["kind"] == "number"]
    assert numbers == names
    assert facts["rows"]["train"] == 361
    rows = Dataset.of(run_stage.context(run_stage.task("next", {}))).read("train")
    assert set(rows.features) == {"user", "item", "past", *names}
