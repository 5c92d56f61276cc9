"""New rows, in whatever they come, are read as training read the rows that it learned from."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.rows.field import PARTS
from hone_trainer.transform.encoding import encode
from hone_trainer.transform.saving import load

if TYPE_CHECKING:
    from hone_trainer.transform.transform import Transform

COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {}},
    {"name": "basket", "id": {"length": 3}},
    {"name": "device", "id": {"buckets": 50}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
    {"name": "age", "number": {"buckets": {"count": 4}}},
    {"name": "title", "text": {"words": {"length": 4}, "characters": {"length": 8}}},
    {"name": "when", "time": {"fields": ["hour", "sinceEpoch"]}},
    {"name": "session", "key": {}},
]
ROWS = [
    {
        "user": k % 7,
        "basket": " ".join(f"i{j % 5}" for j in range(k, k + 1 + k % 4)),
        "device": f"d{k % 11}",
        "price": 5.0 + k % 13,
        "age": 20.0 + k % 9,
        "title": ("Red shoes", "Blue coat, warm", "Hat")[k % 3],
        "when": f"2026-03-{1 + k % 28:02d}T{k % 24:02d}:00:00",
        "session": f"s{k}",
        "bought": k % 2,
    }
    for k in range(200)
]
FORMS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "dicts": list,
    "lists": lambda rows: {name: [row[name] for row in rows] for name in rows[0]},
    "frame": pd.DataFrame,
    "frame of times and categories": lambda rows: pd.DataFrame(rows).assign(
        when=lambda d: pd.to_datetime(d["when"]), title=lambda d: d["title"].astype("category")
    ),
    "table": pa.Table.from_pylist,
    "batch": pa.RecordBatch.from_pylist,
    "table of chunks": lambda rows: pa.concat_tables(
        [pa.Table.from_pylist(rows[:3]), pa.Table.from_pylist(rows[3:])]
    ),
}


def prepared(bench: Any, rows: list[dict[str, Any]], columns: list[dict[str, Any]]) -> str:
    """Prepare rows; give where the manifest is."""
    raw = bench.folder / "raw.csv"
    with raw.open("w") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    source = {"csv": {"uri": str(raw)}}
    tasks = [{"binary": {"label": "bought"}}]
    run = {"source": source, "tasks": tasks, "columns": columns}
    uri: str = bench("data", {"prepare": run}).manifest.uri
    return uri


def features(transform: Transform, rows: Any) -> dict[str, Any]:
    """What a model reads of rows that can all be read."""
    found = encode(transform, rows)
    assert not found.refused
    return found.features


def ordered(features: dict[str, Any]) -> Any:
    """Rows as tuples, in an order of their own."""
    return np.unique(np.concatenate([features[n] for n in sorted(features)], 1), axis=0)


def test_new_rows_become_what_training_read(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    dataset = Dataset.of(run_stage.context(run_stage.task("next", {})))
    # How often ids are withheld is for training alone, and goes by the validation part.
    fields = [field.model_copy(update={"withheld": 0.0}) for field in dataset.schema.fields]
    assert list(transform.schema.fields) == fields
    assert transform.schema.targets == dataset.schema.targets
    parts = [dataset.read(part).features for part in PARTS]
    read = ordered({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    for form, made in FORMS.items():
        found = features(transform, made(ROWS))
        assert {name: each.dtype for name, each in found.items()} == {
            name: each.dtype for name, each in parts[0].items()
        }
        np.testing.assert_array_equal(ordered(found), read, form)


def test_rows_may_lack_the_label_and_what_no_model_reads(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    whole = features(transform, ROWS[:5])
    bare = [{k: v for k, v in row.items() if k not in ("bought", "session")} for row in ROWS[:5]]
    for name, values in features(transform, bare).items():
        np.testing.assert_array_equal(values, whole[name])


def test_a_row_by_itself_is_no_dict_of_lists(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    for row in (ROWS[0], ROWS[0] | {"user": "u1"}, ROWS[0] | {"user": None}):
        with pytest.raises(StageFailure, match=r"'user' holds a value .* a list of one dict"):
            features(transform, row)


def test_files_are_found_beside_the_manifest_wherever_that_was_copied(run_stage: Any) -> None:
    uri = prepared(run_stage, ROWS, COLUMNS)
    before = load(uri)
    shutil.move(Path(uri).parent, run_stage.folder / "copied")
    assert load(f"{run_stage.folder}/copied/manifest.json") == before
    damaged = run_stage.folder / "copied/transform.json"
    damaged.write_text(damaged.read_text().replace("zScore", "robust"))
    with pytest.raises(StageFailure, match="SHA-256 digest differs"):
        load(f"{run_stage.folder}/copied/manifest.json")


@pytest.mark.parametrize("bounds", [{}, {"buckets": 9}])
def test_a_sequence_is_given_as_lists_of_ids(run_stage: Any, bounds: dict[str, int]) -> None:
    columns = [
        {"name": "user", "id": {}},
        {"name": "item", "id": bounds},
        {"name": "when", "time": {}},
        {"name": "before", "sequence": {"of": "item", "by": "user", "along": "when", "length": 3}},
    ]
    rows = [{name: row[name] for name in ("user", "when", "bought")} for row in ROWS]
    rows = [row | {"item": k % 5} for k, row in enumerate(rows)]
    transform = load(prepared(run_stage, rows, columns))
    given = [[], [0], [4, 3, 2, 1], None, [3, None, 7]]
    single = features(transform, {"user": [0] * 6, "item": [0, 1, 2, 3, 4, 7], "before": [[]] * 6})
    id_of = dict(zip((0, 1, 2, 3, 4, 7), single["item"][:, 0].tolist(), strict=True))
    assert bounds or id_of[7] == 1
    for form in (list, pa.array, lambda lists: pa.array(lists, pa.large_list(pa.int64()))):
        found = features(transform, {"user": [0] * 5, "item": [0] * 5, "before": form(given)})
        assert found["before"].tolist() == [
            [0, 0, 0],
            [0, 0, id_of[0]],
            [id_of[3], id_of[2], id_of[1]],
            [0, 0, 0],
            [0, id_of[3], id_of[7]],
        ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user": None, "price": "ten"}, "column 'price': 'ten' is not a finite number"),
        ({"price": None}, "no price: every training row had one"),
        ({"when": "soon"}, "column 'when': 'soon' is not a time"),
        ({"user": {"id": 1}}, "column 'user': \"{'id': 1}\" is not UTF-8 text"),
        ({"user": [1]}, "column 'user': '[1]' is not UTF-8 text"),
        ({"price": 10**400}, "column 'price': '1000"),
        ({"price": math.inf}, "column 'price': 'inf' is not a finite number"),
    ],
)
def test_a_value_that_cannot_be_read_costs_its_row_alone(
    run_stage: Any, change: dict[str, Any], words: str
) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    found = encode(transform, [ROWS[0], ROWS[2] | change, ROWS[1]])
    assert list(found.refused) == [1]
    assert found.refused[1].startswith(words)
    assert found.block.rows.tolist() == [0, 2]
    good = encode(transform, ROWS[:2]).features
    for name, values in found.features.items():
        np.testing.assert_array_equal(values, good[name])


def test_ids_of_several_kinds_are_read_one_by_one(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    rows = [ROWS[3] | {"user": user} for user in (3, "3", 3.0, " 3 ")]
    user = features(transform, rows)["user"]
    assert len(set(user[:, 0].tolist())) == 1
    assert user[0, 0] > 1


def test_a_row_that_is_none_is_refused_beside_its_neighbours(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    found = encode(transform, [ROWS[0], None, 7])
    assert found.refused == {
        1: "the row is NoneType and no dict of columns",
        2: "the row is int and no dict of columns",
    }
    assert found.block.rows.tolist() == [0]


@pytest.mark.parametrize("rows", ["user", 7, b"x"])
def test_what_is_no_rows_is_refused(run_stage: Any, rows: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    with pytest.raises(StageFailure, match="give a list of dicts"):
        encode(transform, rows)


def test_a_column_that_is_not_there_or_of_another_kind_is_named(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    frame = pd.DataFrame(ROWS)
    with pytest.raises(StageFailure, match="the rows have no column 'price'; they have 'user'"):
        encode(transform, frame.drop(columns="price"))
    lacking = [{"user": 1, "basket": "", "device": "", "age": 3}]
    assert encode(transform, lacking).refused == {
        0: "no basket: every training row had one; give it"
    }
    with pytest.raises(StageFailure, match="column 'when' holds double, which is no time: give"):
        encode(transform, pa.Table.from_pandas(frame.assign(when=1.5)))
    dated = pa.Table.from_pandas(frame.assign(price=pd.Timestamp("2026-01-01")))
    with pytest.raises(StageFailure, match="column 'price' holds timestamp"):
        encode(transform, dated)


def test_no_rows_are_no_rows(run_stage: Any) -> None:
    transform = load(prepared(run_stage, ROWS, COLUMNS))
    found = features(transform, pd.DataFrame(ROWS[:0], columns=list(ROWS[0])))
    assert {len(values) for values in found.values()} == {0}
