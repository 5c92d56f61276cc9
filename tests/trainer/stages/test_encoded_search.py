"""A search whose words and titles a pretrained encoder reads, from rows to answers."""

import csv
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hone_serving
from hone_trainer.models import AnyModel
from hone_trainer.models.network import Network
from tests.trainer import encoders
from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

COLOURS, THINGS = ("red", "blue", "my"), ("shoe", "coat", "card")


def searches(file: Path, count: int = 160) -> Path:
    """Write lists of four titles each, one of which says what is searched for."""
    draw = random.Random(5)
    titles = [f"{colour} {thing}" for colour in COLOURS for thing in THINGS]
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["search", "words", "title", "relevance"])
        for search in range(count):
            found = draw.sample(titles, 4)
            for title in found:
                writer.writerow([f"s{search}", found[0], title, int(title is found[0])])
    return file


def prepared(bench: Bench, folder: Path, rows: Path) -> None:
    text = {"words": {"length": 4}, "pieces": {"uri": str(folder), "length": 6}}
    run = {
        "source": {"csv": {"uri": str(rows)}},
        "tasks": [{"ranking": {"label": "relevance", "group": "search"}}],
        "columns": [
            {"name": "search", "key": {}},
            {"name": "words", "text": text},
            {"name": "title", "text": {**text, "like": "words"}},
        ],
        "split": {"by": {"group": {"column": "search"}}},
    }
    bench("data", {"prepare": run})


def trained(**encoder: Any) -> dict[str, Any]:
    model = {"query": ["words"], "embedding": 8, "layers": [16], "encoder": encoder}
    return {
        "train": {
            "model": {"search": {"matching": model}},
            "optimizer": {"adam": {"learningRate": 0.01}},
            "epochs": 8,
            "batchSize": 8,
        }
    }


@pytest.mark.parametrize("words", [{"train": "frozen"}, {"train": "last", "last": 1}])
def test_both_sides_are_read_by_one_encoder_from_rows_to_answers(
    run_stage: Bench, tmp_path: Path, words: dict[str, Any]
) -> None:
    folder = encoders.write(tmp_path / "encoder")
    prepared(run_stage, folder, searches(tmp_path / "rows.csv"))
    run_stage("train", trained(uri=str(folder), **words))
    shutil.rmtree(folder)
    (network,) = Network.members(run_stage.context(run_stage.task("next", {})))
    layers = [layer.name for layer in network.assemble().parts[0].layers]
    assert len([name for name in layers if name.endswith("encoder_words")]) == 1
    assert any(name.endswith("words_pieces_title_pieces_cosine") for name in layers)
    run_stage("compress", {"compress": {"candidates": [{"techniques": [{"quantize": {}}]}]}})
    report = run_stage("evaluate", {"evaluate": {}})
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    assert figures["mrr"] > 0.9
    (description,) = (each for each in report.artifacts if each.name.endswith("bundle.json"))
    model = hone_serving.load(str(Path(description.uri).parent))
    asked = [
        {"search": "s", "words": "blue coat", "title": f"{colour} {thing}"}
        for colour in COLOURS
        for thing in THINGS
    ]
    scores = [answer["score"] for answer in model.predict(asked)]
    assert asked[int(np.argmax(scores))]["title"] == "blue coat"


def test_without_texts_in_pieces_an_encoder_is_refused() -> None:
    words = trained(uri="s3://models/encoder")["train"]["model"]
    model = AnyModel.model_validate(words).value.value
    assert not [*model.check({"words_pieces": 6, "title_pieces": 6})]
    (message,) = model.check({"words_words": 6})
    assert message.startswith("train.model.search.matching.encoder reads texts in the pieces")
