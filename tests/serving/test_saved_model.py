"""What TensorFlow Serving loads out of a bundle, asked in TensorFlow where there is no Hone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

import hone_serving
from tests.serving.bundles import JOBS, NO_GRAPH, made

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]
ALONE = """
import json, sys
import tensorflow as tf
told = {}
for place, columns in json.load(sys.stdin):
    served = tf.saved_model.load(place).signatures["serving_default"]
    _, specs = served.structured_input_signature
    given = {n: tf.constant(v, specs[n].dtype) for n, v in columns.items()}
    told[place] = {n: v.numpy().tolist() for n, v in served(**given).items()}
assert not [name for name in sys.modules if name.startswith(("hone", "tf_keras"))]
print(json.dumps(told, default=lambda text: text.decode()))
"""
ODD: dict[str, list[dict[str, Any]]] = {
    "clicks": [
        {"user": " u3\u3000", "item": "i1", "price": 12.5},
        {"user": "nobody", "item": "日本", "price": -1e6},
        {"user": "u3", "item": "", "price": 1.0},
        {"user": "u3", "item": "i1", "price": float("nan")},
        {"user": "u3", "item": "i1", "price": float("inf")},
    ],
    "orders": [{"user": "u1", "item": "i1"}, {"user": "", "item": "i2"}],
    "visits": [
        {"before": ["", "", ""]},
        {"before": ["i1", "i2", "nothing"]},
        {"before": ["i3", "", ""]},
    ],
}
"""Rows as TensorFlow's clients send them: "" and NaN are missing."""


@pytest.fixture(scope="module")
def served() -> dict[str, dict[str, Any]]:
    """Ask all bundles in one process of TensorFlow alone: job -> output -> values."""
    asked = {}
    for name in ODD:
        rows = ODD[name]
        columns = {column: [row[column] for row in rows] for column in rows[0]}
        asked[str(made(name) / "savedmodel" / "1")] = columns
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", ALONE],
        input=json.dumps(list(asked.items())),
        capture_output=True,
        text=True,
        check=False,
        # With it TensorFlow brings the Keras that Hone trains by.
        env={name: each for name, each in os.environ.items() if name != "TF_USE_LEGACY_KERAS"},
    )
    assert not done.returncode, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return {name: told[place] for name, place in zip(ODD, asked, strict=True)}


def expected(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``hone_serving`` says of the same rows."""
    plain = [{n: _none(v) for n, v in row.items()} for row in rows]
    return hone_serving.load(str(made(name))).predict(plain)


def _none(value: Any) -> Any:
    if isinstance(value, list):
        return [each for each in value if each]
    return None if value == "" or value != value else value


@pytest.mark.parametrize("name", sorted(set(JOBS) - set(NO_GRAPH)))
def test_tensorflow_alone_says_of_raw_rows_what_the_bundle_says(
    served: dict[str, dict[str, Any]], name: str
) -> None:
    found = served[name]
    for row, answer in enumerate(expected(name, ODD[name])):
        assert found["refused"][row] == answer.get("refused", ""), (row, answer)
        if "refused" in answer:
            assert not any(v[row] == v[row] and v[row] for n, v in found.items() if n != "refused")
            continue
        for output, value in _flat(answer).items():
            told = found[output][row]
            if isinstance(value, list):
                told = told[: len(value)]
            assert told == pytest.approx(value, abs=1e-5), (row, output)


def _flat(answer: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in answer.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": each for inner, each in value.items()}
        elif isinstance(value, list):
            flat |= {f"{name}_{field}": [each[field] for each in value] for field in value[0]}
        else:
            flat[name] = value
    return flat


def test_items_that_a_user_met_are_left_out(served: dict[str, dict[str, Any]]) -> None:
    items = served["visits"]["items_item"]
    assert len(items[0]) == 10
    assert not {"i1", "i2"} & set(items[1])


def test_the_description_says_what_the_signature_calls_each_column() -> None:
    about = json.loads((made("visits") / "bundle.json").read_text())
    (format_,) = (each for each in about["formats"] if each["name"] == "savedModel")
    assert format_["columns"] == {"before": "before"}
    assert format_["differs"]["probabilities"] < 1e-5
    listed = {file["name"] for file in about["files"]}
    assert {f"{format_['place']}/1/saved_model.pb"} <= listed


def test_its_part_of_the_readme_runs_as_it_stands() -> None:
    page = (made("clicks") / "README.md").read_text()
    program = page.split("## Ask it in TensorFlow")[1].split("```python\n")[1].split("```")[0]
    assert len(program.strip().splitlines()) <= 5
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=made("clicks"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr[-2000:]
    assert "probability" in done.stdout
