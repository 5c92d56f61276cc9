"""A job with a pretrained encoder: its files are read once, and all that follows goes without."""

import csv
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hone_serving
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.joining import join
from hone_trainer.models.network import Network
from hone_trainer.rows.field import PARTS
from hone_trainer.stages import AnyStage
from tests.trainer import encoders
from tests.trainer.conftest import Bench
from tests.trainer.taught import answers

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SAID = {"lost": "my card lost !", "buy": "red shoes", "return": "blue coat"}
CHINESE = {"lost": "我的卡丢了", "buy": "红鞋", "return": "蓝外套"}


def table(file: Path, said: dict[str, str], rows: int = 240) -> Path:
    draw = random.Random(3)
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["asked", "price", "intent"])
        for _ in range(rows):
            intent, text = draw.choice([*said.items()])
            words = [text, draw.choice(["", "my", "red", "card"])]
            draw.shuffle(words)
            writer.writerow([" ".join(words), repr(draw.random()), intent])
    return file


def prepared(bench: Bench, encoder: Path, rows: Path, **pieces: Any) -> Any:
    text = {"pieces": {"uri": str(encoder), "length": 8, **pieces}}
    run = {
        "source": {"csv": {"uri": str(rows)}},
        "tasks": [{"classes": {"label": "intent"}}],
        "columns": [{"name": "asked", "text": text}, {"name": "price", "number": {}}],
    }
    return bench.manifest(bench("data", {"prepare": run}))


def trained(encoder: Path, **words: Any) -> dict[str, Any]:
    return {
        "model": {"service": {"encoder": {"uri": str(encoder), **words}}},
        "optimizer": {"adam": {"learningRate": 0.02}},
        "epochs": 10,
        "batchSize": 24,
    }


def weights(network: Network) -> dict[str, Any]:
    """The arrays of the first part, by the names of its weights without their prefix."""
    (built, *_) = network.assemble().parts
    names = (each.name.partition(":")[0].removeprefix("m0_") for each in built.weights)
    return dict(zip(names, built.get_weights(), strict=True))


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return encoders.write(tmp_path / "encoder")


@pytest.mark.parametrize(
    "words", [{"train": "frozen"}, {"train": "last", "last": 1, "pooling": "first"}]
)
def test_every_stage_works_and_raw_rows_get_the_same_answers(
    run_stage: Bench, tmp_path: Path, encoder: Path, words: dict[str, Any]
) -> None:
    prepared(run_stage, encoder, table(tmp_path / "rows.csv", SAID))
    for member in range(2):
        run = {"train": trained(encoder, **words) | {"members": 2}}
        run_stage("train", run, member=member, members=2)
    one, other = Network.members(run_stage.context(run_stage.task("next", {})))
    shutil.rmtree(encoder)
    rows = Dataset.of(run_stage.context(run_stage.task("next", {}))).read("test")
    each = [answers(network, rows)["intent/probabilities"] for network in (one, other)]
    both = answers(join((one, other), (0.5, 0.5)), rows)["intent/probabilities"]
    np.testing.assert_allclose(both, np.mean(each, axis=0), atol=1e-5)
    run_stage("fuse", {"fuse": {"vote": {}}})
    frozen = words["train"] == "frozen"
    for network in (one, other):
        learned, given = weights(network), encoders.tensors()
        for k, kept in enumerate((True, frozen)):
            kernel = given[f"encoder.layer.{k}.attention.self.query.weight"].T
            assert np.array_equal(learned[f"encoder_layer{k}_query/kernel"], kernel) is kept
    technique = {"quantize": {"mode": "int8"}} if frozen else {"prune": {"sparsity": 0.3}}
    candidates = [{"techniques": [technique]}]
    run_stage("compress", {"compress": {"budget": {"maxDrop": 0.9}, "candidates": candidates}})
    report = run_stage("evaluate", {"evaluate": {}})
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    assert figures["accuracy"] > 0.6, "of 24 rows and three classes: chance is a third"
    (description,) = (each for each in report.artifacts if each.name.endswith("bundle.json"))
    model = hone_serving.load(str(Path(description.uri).parent))
    asked = [{"asked": text, "price": 0.5} for text in SAID.values()]
    told = model.predict([*asked, {"asked": "ünknöwn", "price": 0.5}])
    assert [answer["class"] for answer in told[:3]] == [*SAID]
    for row, answer in zip(asked, told, strict=False):
        assert model.predict([row]) == [answer]


def test_rows_that_are_served_are_read_as_those_of_training(
    run_stage: Bench, tmp_path: Path, encoder: Path
) -> None:
    from hone_trainer.transform.encoding import encode
    from hone_trainer.transform.saving import load

    rows = table(tmp_path / "rows.csv", SAID)
    prepared(run_stage, encoder, rows)
    shutil.rmtree(encoder)
    transform = load(run_stage.sources[0].manifest.uri)
    with rows.open() as file:
        asked = [{**row, "intent": None} for row in csv.DictReader(file)]
    found = encode(transform, asked).features["asked_pieces"]
    dataset = Dataset.of(run_stage.context(run_stage.task("next", {})))
    there = np.concatenate([dataset.read(part).features["asked_pieces"] for part in PARTS])
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, there.tolist()))


@pytest.mark.parametrize(
    ("said", "pieces", "topics"),
    [
        (SAID, {}, set()),
        (CHINESE, {}, {"unknownPieces"}),
        (SAID, {"length": 4}, {"cutTexts"}),
    ],
)
def test_what_the_encoder_does_not_see_is_warned_of_loudly(
    run_stage: Bench,
    tmp_path: Path,
    encoder: Path,
    said: dict[str, str],
    pieces: dict[str, Any],
    topics: set[str],
) -> None:
    manifest = prepared(run_stage, encoder, table(tmp_path / "rows.csv", said), **pieces)
    lost = manifest.facts["lost"]["asked"]
    assert {"unknownPieces": lost["unknown"] > 0.5, "cutTexts": lost["cut"] > 0.5} == {
        topic: topic in topics for topic in ("unknownPieces", "cutTexts")
    }
    told = run_stage.store.fetch(manifest.file("data-report.json")).decode()
    assert {topic for topic in ("unknownPieces", "cutTexts") if topic in told} == topics
    remedies = {
        "unknownPieces": "Take an encoder that was made for the language of these texts",
        "cutTexts": "Raise text.pieces.length",
    }
    for topic, remedy in remedies.items():
        loud = any(remedy in caution for caution in manifest.cautions)
        assert loud is (topic in topics)
    page = run_stage.store.fetch(manifest.file("data-report.html")).decode()
    assert "of its pieces unknown" in page


def test_an_encoder_of_other_pieces_is_refused_before_anything_is_trained(
    run_stage: Bench, tmp_path: Path, encoder: Path
) -> None:
    prepared(run_stage, encoder, table(tmp_path / "rows.csv", SAID))
    (encoder / "tokenizer.json").write_text(encoders.tokenizer(encoders.WORDS[:-1]))
    with pytest.raises(StageFailure, match=r"column 'asked'.*another tokenizer.json") as refused:
        run_stage("train", {"train": trained(encoder)})
    assert refused.value.reason == "BadEncoder"


def test_a_training_that_resumes_goes_on_from_its_checkpoint(
    run_stage: Bench, tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.train.async_checkpointer import AsyncCheckpointer

    prepared(run_stage, encoder, table(tmp_path / "rows.csv", SAID))
    run = {"train": trained(encoder) | {"stepsPerExecution": 4}}
    whole = run_stage.manifest(run_stage("whole", run))
    run_stage.sources.pop()
    due = AsyncCheckpointer.due
    monkeypatch.setattr(AsyncCheckpointer, "due", lambda checkpointer, epoch_ends=False: True)
    stop = replace(run_stage.context(run_stage.task("train", run)), post=_stopping)
    with pytest.raises(InterruptedError):
        AnyStage.model_validate(run).value.run(stop)
    monkeypatch.setattr(AsyncCheckpointer, "due", due)
    (encoder / "model.safetensors").unlink()
    run_stage.posts.clear()
    resumed = run_stage.manifest(run_stage("train", run, attempt=1))
    assert any("resumed" in post.message for post in run_stage.posts)
    assert whole.file("weights.npz").sha256 == resumed.file("weights.npz").sha256


def _stopping(progress: Any) -> None:
    if progress.fraction > 0.6:
        raise InterruptedError
