"""A bundle's vectors of items, multiplied, answer as its .tflite file does."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

import hone_serving
from hone_trainer.bundle.reading import Bundle
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.item_vectors import ItemVectors
from tests.serving.bundles import made
from tests.trainer.conftest import CLICKS, Bench

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

ALL = 1000


def test_items_looked_up_by_their_vectors_are_those_that_litert_names() -> None:
    both = [hone_serving.load(str(made("visits")), runtime=each) for each in ("litert", "vectors")]
    rows = [{"before": before} for before in ([], ["i3"], ["i4", "i7", "i1"], ["never"])]
    for ours, theirs in zip(*(model.predict(rows, top=ALL) for model in both), strict=True):
        told, other = (
            {each["item"]: each["probability"] for each in answer["items"]}
            for answer in (ours, theirs)
        )
        assert told == pytest.approx(other, abs=1e-6)


def test_an_index_of_one_s_own_needs_the_file_and_a_product() -> None:
    bundle = Bundle.open(str(made("visits")), None, None)
    table = parquet.read_table(io.BytesIO(bundle.read("vectors/items.parquet")))
    assert table.column_names == ["item", "bias", "vector"]
    items = ItemVectors.unpack(bundle.read("vectors/items.parquet"))
    assert items.pack() == ItemVectors.unpack(items.pack()).pack()
    asked = np.random.default_rng(1).normal(size=(3, items.vectors.shape[1])).astype(np.float32)
    scores = asked @ items.vectors.T + items.bias
    nearest = scores.argmax(axis=1)
    assert (items.probabilities(asked).argmax(axis=1) == nearest).all()
    assert items.probabilities(asked).sum(axis=1) == pytest.approx(np.ones(3))


def test_what_has_no_vectors_of_items_says_so(tmp_path: Path) -> None:
    clicks = Bench(tmp_path)
    clicks("data", CLICKS)
    clicks("train", {"train": {"model": {"generic": {"dense": {}}}, "epochs": 1}})
    with pytest.raises(StageFailure, match=r"no vector of each item.*leave vectors out"):
        clicks("evaluate", {"evaluate": {"formats": ["vectors"]}})


def test_a_bundle_without_them_says_how_to_get_them() -> None:
    with pytest.raises(StageFailure, match=r"evaluate\.formats: \[vectors\]"):
        hone_serving.load(str(made("clicks")), runtime="vectors")
