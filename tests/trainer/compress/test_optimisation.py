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
from tests.trainer.conftest import CLICKS, Bench
from tests.trainer.networks import answers, fitted

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

MODEL: dict[str, Any] = {"recommendation": {"lstm": {"embedding": 8, "units": 16}}}
COMPRESS: dict[str, Any] = {
    "budget": {"maxDrop": 0.05},
    "candidates": [
        {"techniques": [{"quantize": {"mode": "float16"}}]},
        {"techniques": [{"prune": {"sparsity": 0.6}}, {"quantize": {"mode": "int8"}}]},
    ],
}


def member(bench: Bench, index: int, members: int, epochs: int = 3) -> None:
    """Train a member as the train stage would, in a second."""
    from hone_trainer.models import AnyModel

    run = {"train": {"model": MODEL, "members": members}}
    ctx = bench.context(bench.task("train", run, member=index, members=members))
    data = Dataset.of(ctx)
    rows = data.read("train", index, members)
    network = Network(data.schema, (Part(AnyModel.model_validate(MODEL)),))
    network = fitted(network, rows, epochs, batch=64)
    headline = {"label": "valAuc", "amount": "valRmse"}[data.schema.targets[0].how.reads]
    history = [{"epoch": epoch, headline: 0.7 + 0.01 * epoch} for epoch in (1, 2, 3)]
    facts = {"history": history, "headline": headline}
    report = ctx.commit(network.save(ctx), facts=facts)
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
    assert next(iter(got)) == "valAuc"
    assert got["valAuc"] >= max(got["member0ValAuc"], got["member1ValAuc"])

    compressed = two("compress", {"compress": COMPRESS})
    got = figures(compressed)
    assert got["compressedBytes"] < got["floatBytes"]
    assert got["floatAuc"] == pytest.approx(figures(fused)["valAuc"], abs=1e-3)
    table = json.loads(content(two, compressed, "compression.json"))
    assert [len(c["name"]) > 0 for c in table["candidates"]] == [True, True]
    shipped = content(two, compressed, "model.tflite")
    assert len(shipped) == got["compressedBytes"]
    assert "within the budget" in compressed.message

    expected = measured(two, shipped)
    gates: list[dict[str, Any]] = [
        {"metric": "auc", "atLeast": 0.5},
        {"metric": "auc", "task": "clicked", "atLeast": 0.5},
        {"metric": "sizeBytes", "atMost": len(shipped)},
        {"metric": "latencyP95Microseconds", "atMost": 1e6},
    ]
    evaluated = two("evaluate", {"evaluate": {"require": gates}})
    got = figures(evaluated)
    assert {"accuracy", "auc", "logLoss", "floatAuc", "priorAuc"} <= set(got)
    assert got["accuracy"] == pytest.approx(expected, abs=1e-5), "of the file, not of its twin"
    assert (got["priorAuc"], got["sizeBytes"]) == (0.5, len(shipped))
    page = content(two, evaluated, "report.html").decode()
    assert page.partition("Validation AUC by epoch")[2].count("<polyline") == 2, "two members"
    assert page.index("ROC curve") < page.index("Before and after compression")
    record = json.loads(content(two, evaluated, "evaluation.json"))
    assert record["shipped"] == "model.tflite"
    assert record["passed"] is True

    fractions = [post.fraction for post in two.posts if "making" in post.message]
    assert fractions == sorted(fractions)


def measured(bench: Bench, shipped: bytes) -> float:
    """Return the accuracy of a file on the test part."""
    from hone_trainer.models.litert import LiteModel

    rows = Dataset.of(bench.context(bench.task("evaluate", {"evaluate": {}}))).read("test")
    decided = answers(LiteModel(shipped), rows.features) >= 0.5
    return float((decided == (rows.targets["clicked"].values > 0)).mean())


NUMBER: dict[str, Any] = {
    "prepare": {
        **CLICKS["prepare"],
        "tasks": [{"number": {"label": "clicked", "name": "interest"}}],
    }
}


def test_a_number_goes_all_the_way_and_its_error_stays_low(run_stage: Bench) -> None:
    run_stage("data", NUMBER)
    member(run_stage, 0, 2, epochs=1)
    member(run_stage, 1, 2, epochs=4)
    fused = run_stage("fuse", {"fuse": {"weightedAverage": {}}})
    got = figures(fused)
    assert next(iter(got)) == "valRmse"
    assert got["valRmse"] <= min(got["member0ValRmse"], got["member1ValRmse"])
    assert "RMSE" in fused.message

    budget = {"metric": "mae", "maxRelativeDrop": 0.05}
    compressed = run_stage("compress", {"compress": {**COMPRESS, "budget": budget}})
    got = figures(compressed)
    assert got["compressedMae"] <= 1.05 * got["floatMae"]
    assert "MAE" in compressed.message

    gates = [{"metric": "rmse", "atMost": 0.5}, {"metric": "r2", "atLeast": 0.0}]
    evaluated = run_stage("evaluate", {"evaluate": {"require": gates}})
    got = figures(evaluated)
    assert got["rmse"] < got["priorRmse"]
    page = content(run_stage, evaluated, "report.html").decode()
    assert "RMSE" in page
    assert "AUC" not in page


def test_no_candidate_may_raise_an_error_by_more_than_its_share(run_stage: Bench) -> None:
    run_stage("data", NUMBER)
    member(run_stage, 0, 1)
    ruined = [{"techniques": [{"prune": {"sparsity": 0.99, "epochs": 1}}]}]
    budget = {"metric": "rmse", "maxRelativeDrop": 0}
    report = run_stage("compress", {"compress": {"budget": budget, "candidates": ruined}})
    table = json.loads(content(run_stage, report, "compression.json"))
    (candidate,) = table["candidates"]
    change = candidate["change"]["value"]
    assert candidate["harm"] == pytest.approx(change) != 0
    assert (table["chosen"] == "float") is (change > 0)


def test_a_search_tries_what_follows_and_keeps_the_smallest_within_the_budget(
    clicks: Bench,
) -> None:
    member(clicks, 0, 1)
    words = {"budget": {"maxDrop": 0.03}, "search": {"epochs": 1, "smaller": 2.5}}
    report = clicks("compress", {"compress": words})
    table = json.loads(content(clicks, report, "compression.json"))
    tried = {each["name"]: each for each in table["candidates"]}
    assert list(tried)[:2] == ["quantize(mode=int8)", "quantize(mode=int8, tables=int4)"]
    within = [each for each in tried.values() if not each["failure"] and each["harm"] <= 0.03]
    smallest = min(within, key=lambda each: each["size"]["packaged"])
    assert table["chosen"] == smallest["name"]
    assert figures(report)["compressedPackagedBytes"] == smallest["size"]["packaged"]
    most = table["float"]["size"]["packaged"] / 2.5
    cheap = [each for each in list(tried.values())[:2] if each in within]
    assert (len(tried) == 2) is any(each["size"]["packaged"] <= most for each in cheap)
    assert all(each["failure"] or each["latency"][0] > 0 for each in tried.values())


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
    told = caught.value.report
    assert [each.name for each in told.artifacts] == ["report.html", "evaluation.json"]
    assert "accuracy" in {each.name for each in told.metrics}
    assert not clicks.store.list(clicks.task("evaluate", {}).prefix)[0].endswith("manifest.json")


def test_the_float_model_is_kept_where_no_candidate_may_be(
    clicks: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ruin(self: Quantize, network: Network, data: object, tell: object) -> Network:
        models = network.assemble().parts
        for model in models:
            model.set_weights([0 * array for array in model.get_weights()])
        return network.with_weights_of(models)

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
