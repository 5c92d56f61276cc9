"""Formats of a bundle whose .tflite file is quantised: how far they are from it, and where both
have no answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hone_serving
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models import network
from hone_trainer.models.answers import NOT_FINITE
from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]
RUNTIMES: tuple[hone_serving.Runtime, ...] = ("litert", "onnx")
ROWS_AT_A_TIME = 50
"""As of a wide answer: neither test rows nor those of a proof fit into one call."""
PREPARE: dict[str, Any] = {
    "source": {"clickModel": {"rows": 1500, "users": 60, "items": 40}},
    "tasks": [{"binary": {"label": "clicked"}}, {"number": {"label": "spent"}}],
    "columns": [
        {"name": "user", "id": {}},
        {"name": "price", "number": {"normalize": {"zScore": {}}}},
    ],
}
TRAIN: dict[str, Any] = {"model": {"generic": {"dense": {}}}, "epochs": 1, "batchSize": 256}
INT8 = {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]}
LOOSE = {"budget": {"metric": "auc", "maxDrop": 0.5}}
FAR = {"user": "u1", "price": 1e308}
"""The largest number of a model's own is not large enough for it."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as narrow:
        bench = Bench(tmp_path_factory.mktemp("quantised"))
        bench("data", {"prepare": PREPARE})
        bench("train", {"train": TRAIN})
        bench("compress", {"compress": LOOSE | INT8})
        narrow.setattr(network, "NUMBERS", ROWS_AT_A_TIME)
        bench("evaluate", {"evaluate": {"formats": ["savedModel", "onnx"]}})
        yield bench


@pytest.fixture(scope="module")
def place(bench: Bench) -> Path:
    (found,) = (bench.folder / "artifacts").rglob("bundle.json")
    return found.parent


def test_how_far_a_format_is_off_is_told_of_each_output_as_it_is(bench: Bench, place: Path) -> None:
    features = Dataset.of(bench.context(bench.task("look", {}))).read("test").features
    assert len(next(iter(features.values()))) > ROWS_AT_A_TIME
    rows: Any = {name: np.asarray(values) for name, values in features.items()}
    models = [hone_serving.load(str(place), runtime=each) for each in RUNTIMES]
    ours, theirs = ({n: v.astype(float) for n, v in m.infer(rows).items()} for m in models)
    apart = {name: float(np.abs(ours[name] - theirs[name]).max()) for name in ours}
    for format_ in json.loads((place / "bundle.json").read_text())["formats"]:
        assert format_["differs"] == pytest.approx(apart, rel=1e-3)
    assert all(apart.values()), "a quantised file is off"
    page = (place / "README.md").read_text()
    told = re.findall(r"`clicked_probability` (\S+), `spent_value` (\S+)\.\n", page)
    assert len(told) == 2
    for bounds in told:
        for bound, of in zip(bounds, ("clicked_probability", "spent_value"), strict=True):
            assert apart[of] <= float(bound) * 1.001 <= apart[of] * 2.01


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_row_whose_answer_is_no_number_costs_no_other_its_own(
    place: Path, runtime: hone_serving.Runtime
) -> None:
    model = hone_serving.load(str(place), runtime=runtime)
    good = {"user": "u1", "price": 1.0}
    found = model.predict([good, FAR, {"price": 1.0}, good])
    assert found[1] == {"refused": NOT_FINITE}
    assert "no user" in found[2]["refused"]
    assert found[0] == found[3] == model.predict([good])[0]


def test_a_graph_of_raw_rows_refuses_them_in_the_same_words(place: Path) -> None:
    from hone_trainer.backend.keras import tf

    served = tf.saved_model.load(str(place / "savedmodel" / "1")).signatures["serving_default"]
    prices = tf.constant([1.0, FAR["price"]], tf.float64)
    found = served(user=tf.constant(["u1", "u1"]), price=prices)
    assert [why.decode() for why in found["refused"].numpy()] == ["", NOT_FINITE]
    assert np.isnan(found["clicked_probability"].numpy()).tolist() == [False, True]
