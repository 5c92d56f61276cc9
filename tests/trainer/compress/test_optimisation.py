"""Fuse, compress and evaluate, one after the other, on members that are really trained."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.compress.techniques.quantize import Quantize
from hone_trainer.contract.assignment import Artifact, Report, Source, StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.network import Network, Part
from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

MODEL: dict[str, Any] = {"recommendation": {"lstm": {"embedding": 8, "units": 16}}}
COMPRESS: dict[str, Any] = {
    "budget": {"maxDrop": 0.05},
    "candidates": [
        {"techniques": [{"quantize": {"mode": "float16"}}]},
        {"techniques": [{"prune": {"sparsity": 0.6}}, {"quantize": {"mode": "int8"}}]},
    ],
}


def member(bench: Bench, index: int, members: int) -> None:
    """Train a member as the train stage would, in a second."""
    from hone_trainer.backend.keras import keras
    from hone_trainer.models import AnyModel

    run = {"train": {"model": MODEL, "members": members}}
    ctx = bench.context(bench.task("train", run, member=index, members=members))
    data = Dataset.of(ctx)
    rows = data.read("train", index, members)
    network = Network(data.schema, (Part(AnyModel.model_validate(MODEL)),))
    model = network.build()
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    model.fit(rows.features, rows.labels, batch_size=64, epochs=3, verbose=0)
    history = [{"epoch": epoch, "valAccuracy": 0.7 + 0.01 * epoch} for epoch in (1, 2, 3)]
    report = ctx.commit(network.with_weights_of(model).save(ctx), facts={"history": history})
    assert report.manifest is not None
    source = Source(
        stage="train", kind="train", makes="model", member=index, manifest=report.manifest
    )
    bench.sources.append(source)


def figures(report: Report) -> dict[str, float]:
    return {metric.name: float(metric.value) for metric in report.metrics}


def content(bench: Bench, report: Report, name: str) -> bytes:
    file: Artifact = bench.manifest(report).file(name)
    return bench.store.fetch(file)


@pytest.fixture
def two(clicks: Bench) -> Bench:
    member(clicks, 0, 2)
    member(clicks, 1, 2)
    return clicks


def test_from_two_members_to_a_report(two: Bench) -> None:
    fused = two("fuse", {"fuse": {"weightedAverage": {}}})
    got = figures(fused)
    assert next(iter(got)) == "valAccuracy"
    assert got["valAccuracy"] >= max(got["member0ValAccuracy"], got["member1ValAccuracy"])

    compressed = two("compress", {"compress": COMPRESS})
    got = figures(compressed)
    assert got["compressedBytes"] < got["floatBytes"]
    assert got["floatAccuracy"] == pytest.approx(figures(fused)["valAccuracy"], abs=1e-3)
    table = json.loads(content(two, compressed, "compression.json"))
    assert [len(c["name"]) > 0 for c in table["candidates"]] == [True, True]
    shipped = content(two, compressed, "model.tflite")
    assert len(shipped) == got["compressedBytes"]
    assert "within the budget" in compressed.message

    expected = measured(two, shipped)
    evaluated = two("evaluate", {"evaluate": {"require": [{"metric": "auc", "atLeast": 0.5}]}})
    got = figures(evaluated)
    assert {"accuracy", "auc", "logLoss", "floatAccuracy"} <= set(got)
    assert got["accuracy"] == pytest.approx(expected, abs=1e-5), "of the file, not of its twin"
    page = content(two, evaluated, "report.html").decode()
    assert page.count("<polyline") == 2
    record = json.loads(content(two, evaluated, "evaluation.json"))
    assert record["shipped"] == "model.tflite"
    assert record["passed"] is True

    fractions = [post.fraction for post in two.posts if "making" in post.message]
    assert fractions == sorted(fractions)


def measured(bench: Bench, shipped: bytes) -> float:
    """Give the accuracy of a file on the test part."""
    from hone_trainer.metrics.scores import accuracy
    from hone_trainer.models.litert import LiteModel

    rows = Dataset.of(bench.context(bench.task("evaluate", {"evaluate": {}}))).read("test")
    return accuracy(rows.labels[:, 0], LiteModel(shipped).predict(rows.features))


def test_one_member_passes_through(clicks: Bench) -> None:
    member(clicks, 0, 1)
    report = clicks("fuse", {"fuse": {"weightedAverage": {}}})
    assert report.message == "one member only: it goes on as it is"
    network = Network.load(clicks.store, clicks.manifest(report))
    assert network.shares == (1.0,)


def test_a_failed_gate_fails_the_job_and_leaves_the_report(clicks: Bench) -> None:
    member(clicks, 0, 1)
    gates = [{"metric": "accuracy", "atLeast": 0.999}, {"metric": "logLoss", "atMost": 0.001}]
    with pytest.raises(StageFailure) as caught:
        clicks("evaluate", {"evaluate": {"require": gates}})
    assert caught.value.reason == "GateFailed"
    assert "must be at least 0.999" in caught.value.message
    assert "must be at most 0.001" in caught.value.message
    found = re.search(r"The report is at (\S+)", caught.value.message)
    assert found is not None
    assert "failed" in Path(found[1].removeprefix("file://")).read_text()
    assert not clicks.store.list(clicks.task("evaluate", {}).prefix)[0].endswith("manifest.json")


def test_the_float_model_is_kept_where_no_candidate_may_be(
    clicks: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ruin(self: Quantize, network: Network, data: object, tell: object) -> Network:
        model = network.build()
        model.set_weights([0 * array for array in model.get_weights()])
        return network.with_weights_of(model)

    member(clicks, 0, 1)
    monkeypatch.setattr(Quantize, "apply", ruin)
    candidates: list[Any] = [{"techniques": [{"quantize": {}}]}]
    budget = {"metric": "auc", "maxDrop": 0.01}
    report = clicks("compress", {"compress": {"budget": budget, "candidates": candidates}})
    assert "the float model is kept" in report.message
    got = figures(report)
    assert got["ratio"] == 1
    assert content(clicks, report, "model.tflite") == content(clicks, report, "float.tflite")


def test_several_models_want_a_fuse_stage(two: Bench) -> None:
    for stage, words in {"compress": COMPRESS, "evaluate": {}}.items():
        with pytest.raises(StageFailure, match="put a fuse stage before it"):
            two(stage, {stage: words})
