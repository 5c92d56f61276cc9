"""A row that comes alone is read as preparation read it among all others, to the byte; and refused
for what preparation put it aside for.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.columns import ColumnKind
from hone_trainer.contract.spec import Spec
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.rows.field import PARTS
from hone_trainer.transform.encoding import encode
from hone_trainer.transform.saving import load
from tests.trainer.conftest import Bench

COLUMNS: list[dict[str, Any]] = [
    {"name": "row", "number": {}},
    {"name": "user", "id": {"minCount": 2}},
    {"name": "basket", "id": {"length": 3, "separator": "|"}},
    {"name": "device", "id": {"buckets": 50}},
    {"name": "raw", "number": {}},
    {"name": "z", "number": {"normalize": {"zScore": {}}}},
    {"name": "span", "number": {"normalize": {"minMax": {}}}},
    {"name": "robust", "number": {"normalize": {"robust": {}}}},
    {"name": "log", "number": {"normalize": {"log": {}}}},
    {"name": "flat", "number": {"normalize": {"quantile": {}}}},
    {"name": "bell", "number": {"normalize": {"quantile": {"to": "normal"}}}},
    {"name": "age", "number": {"buckets": {"count": 4}}},
    {"name": "title", "text": {"words": {"length": 4}, "characters": {"length": 8}}},
    {"name": "when", "time": {"fields": ["hour", "weekday", "month", "dayOfMonth", "sinceEpoch"]}},
    {"name": "session", "key": {}},
    {"name": "before", "sequence": {"of": "user", "by": "session", "along": "when", "length": 3}},
]
ROWS = 120
NUMBERS = ("raw", "z", "span", "robust", "log", "flat", "bell", "age")
CLEAN: dict[str, list[dict[str, Any]]] = {
    "fill": [
        {"missing": {"word": "none", "columns": ["user", "basket", "device", "title"]}},
        {"missing": {"fill": "mean", "columns": ["z", "log"]}},
        {"missing": {}},
    ],
    "interpolate": [
        {"missing": {"interpolate": {"along": "when", "by": "session"}, "columns": ["z", "flat"]}},
        {"missing": {"interpolate": {"along": "when"}, "columns": ["bell"]}},
        {"missing": {"fill": "mostFrequent"}},
    ],
    "drop": [
        {"outliers": {"iqr": {}, "columns": ["z", "raw"], "action": "clip"}},
        {"outliers": {"deviation": {"factor": 2.5}, "columns": ["span"], "action": "blank"}},
        {"outliers": {"deviation": {"factor": 2.5}, "columns": ["robust"]}},
        {"missing": {"fill": "drop"}},
    ],
    "forest": [
        {"missing": {}},
        {
            "outliers": {
                "isolationForest": {"trees": 9, "contamination": 0.1},
                "columns": ["z", "log"],
            }
        },
    ],
    "rules": [
        {
            "rules": {
                "hold": [
                    {"range": {"column": "age", "atLeast": 0}},
                    {"allowed": {"column": "device", "values": ["d1", "d2", "d3", "d4"]}},
                    {"pattern": {"column": "title", "matches": "^[^!]*$"}},
                    {"allowed": {"column": "bought", "values": ["0", "1"]}},
                ]
            }
        },
        {"missing": {"fill": "drop", "columns": ["bought"]}},
        {"missing": {}},
    ],
}
ODD = ["", "NaN", "null", "1e37", "-1e-300", "-0", " 7 ", "+3", "1e3", ".5", "0"]
WORDS = ["", "ü", "NULL", "a b", " a ", "don't!", "Straße", "日本語 テスト", "x" * 300, "0", "1.0"]
TIMES = ["", "2026-02-28", "2026-03-01T23:59:59.999999Z", "0", "1772323200000", "2026-03-01 07:00"]


def table(odd: list[tuple[int, str, str]]) -> list[dict[str, str]]:
    """Plain rows, with odd values where a case wants them: (row, column, value)."""
    draw = np.random.default_rng(5)
    rows = [
        {
            "row": str(k),
            "user": f"u{k % 7}",
            "basket": "|".join(f"i{j % 5}" for j in range(k, k + k % 4)) or "i0",
            "device": f"d{1 + k % 4}",
            **{name: repr(float(draw.normal(10, 3))) for name in NUMBERS},
            "title": ("Red shoes", "Blue coat, warm", "Hat")[k % 3],
            "when": f"2026-03-{1 + k % 28:02d}T{k % 24:02d}:00:00",
            "session": f"s{k % 5}",
            "bought": str(k % 2),
        }
        for k in range(ROWS)
    ]
    for k, name, value in odd:
        rows[k][name] = value
    return rows


def odd_values() -> st.SearchStrategy[list[tuple[int, str, str]]]:
    places = st.integers(0, ROWS - 1)
    return st.lists(
        st.one_of(
            st.tuples(places, st.sampled_from(NUMBERS), st.sampled_from(ODD)),
            st.tuples(
                places,
                st.sampled_from(["user", "basket", "device", "title"]),
                st.sampled_from(WORDS),
            ),
            st.tuples(places, st.just("when"), st.sampled_from(TIMES)),
            st.tuples(places, st.just("bought"), st.just("")),
        ),
        max_size=40,
    )


def prepared(folder: Path, rows: list[dict[str, str]], stage: dict[str, Any]) -> tuple[Bench, Any]:
    bench = Bench(folder)
    folder.mkdir(exist_ok=True)
    with (folder / "raw.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    source = {"csv": {"uri": str(folder / "raw.csv")}}
    run = {"source": source, "tasks": [{"binary": {"label": "bought"}}]} | stage
    return bench, bench("data", {"prepare": run})


def encoded(bench: Bench) -> dict[int, dict[str, Any]]:
    """What the data set holds of each row, by its number."""
    dataset = Dataset.of(bench.context(bench.task("next", {})))
    found = {}
    for part in PARTS:
        features = dataset.read(part).features
        for k, row in enumerate(features["row"][:, 0].astype(int).tolist()):
            found[row] = {name: values[k] for name, values in features.items()}
    return found


@pytest.mark.parametrize("clean", CLEAN)
@settings(max_examples=4, deadline=None)
@given(odd=odd_values())
def test_rows_one_by_one_are_the_bytes_of_the_data_set(
    tmp_path_factory: pytest.TempPathFactory, clean: str, odd: list[tuple[int, str, str]]
) -> None:
    rows = table(odd)
    columns = [column for column in COLUMNS if "sequence" not in column]
    folder = tmp_path_factory.mktemp("parity")
    bench, report = prepared(folder, rows, {"columns": columns, "clean": CLEAN[clean]})
    there, transform = encoded(bench), load(report.manifest.uri)
    # Those that are odd, and some of the others, which differ in little.
    for k in sorted({k for k, _, _ in odd} | set(range(0, ROWS, 8))):
        row = rows[k]
        asked: dict[str, Any] = {n: v or None for n, v in row.items() if n not in ("bought",)}
        found = encode(transform, [asked])
        unlabelled = clean == "rules" and not row["bought"]
        if k not in there:
            assert found.refused or unlabelled, (k, row)
            continue
        assert not found.refused, (k, found.refused)
        for name, values in there[k].items():
            assert found.features[name][0].tobytes() == values.tobytes(), (k, name)
    whole = [{n: v or None for n, v in rows[k].items()} for k in sorted(there)]
    at_once = encode(transform, whole)
    assert not at_once.refused
    for name in next(iter(there.values())):
        expected = np.stack([there[k][name] for k in sorted(there)])
        assert at_once.features[name].tobytes() == expected.tobytes(), name


def test_histories_are_those_of_the_data_set(tmp_path: Path) -> None:
    rows = table([])
    bench, report = prepared(
        tmp_path / "x", rows, {"columns": COLUMNS, "split": {"by": {"time": {"column": "when"}}}}
    )
    there, transform = encoded(bench), load(report.manifest.uri)
    for k, row in list(enumerate(rows))[::4]:
        met = [
            (other["when"], n, other["user"])
            for n, other in enumerate(rows)
            if other["session"] == row["session"] and other["when"] < row["when"]
        ]
        before = [user for _, _, user in sorted(met)]
        found = encode(transform, [row | {"before": before}])
        assert found.features["before"][0].tobytes() == there[k]["before"].tobytes(), k


def test_every_kind_of_column_is_among_them() -> None:
    """A kind that is added has to be shown to be the same in training and in serving."""
    assert {next(k for k in column if k != "name") for column in COLUMNS} == set(ColumnKind.kinds)
    steps = {next(iter(step)) for steps in CLEAN.values() for step in steps}
    from hone_trainer.clean import AnyCleaning

    alone = {k for k, n in AnyCleaning.kinds.items() if not seeks(AnyCleaning, n)}
    assert steps == alone


def seeks(union: type[Spec], name: str) -> bool:
    annotation: Any = union.model_fields[name].annotation
    kinds = [each for each in annotation.__args__ if each is not type(None)]
    return bool(kinds[0].seeks)


def test_rows_that_are_shown_are_such_as_have_an_answer(tmp_path: Path) -> None:
    """A server tries itself on the first of them, and would never start."""
    rows = table([(k, "user", "") for k in range(0, ROWS, 3)])
    _, report = prepared(tmp_path / "x", rows, {"columns": COLUMNS, "clean": CLEAN["drop"]})
    transform = load(report.manifest.uri)
    assert len(transform.examples) == 8
    assert not encode(transform, list(transform.examples)).refused
