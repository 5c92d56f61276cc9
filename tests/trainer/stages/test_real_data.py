"""Real rows at the defaults: what nobody tuned beats what is simpler. The bounds are far below what
was measured, so that no processor's rounding decides."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

DENSE: dict[str, Any] = {"model": {"generic": {"dense": {}}}}
QUICK: dict[str, Any] = {"batchSize": 128, "optimizer": {"adam": {"learningRate": 0.005}}}
SHOPPERS = Path("online_shoppers") / "online_shoppers_intention.csv"


def judged(bench: Bench, prepare: dict[str, Any], **train: Any) -> dict[str, float]:
    """Prepare, train one model and evaluate it beside a linear one; give the figures."""
    bench("data", {"prepare": prepare})
    bench("train", {"train": {**DENSE, **train}})
    report = bench("evaluate", {"evaluate": {"baseline": "linear"}})
    return {metric.name: float(metric.value) for metric in report.metrics}


def test_who_buys_is_told_better_than_by_a_linear_model(run_stage: Bench, datasets: Path) -> None:
    source = {"csv": {"uri": str(datasets / SHOPPERS)}}
    tasks = [{"binary": {"label": "Revenue"}}]
    split = {"by": {"stratified": {}}, "test": 0.2}
    found = judged(run_stage, {"source": source, "tasks": tasks, "infer": {}, "split": split})
    assert found["auc"] > max(0.92, found["baselineAuc"] + 0.005)


def test_what_pages_are_worth_is_told_better_than_by_their_mean(
    run_stage: Bench, datasets: Path
) -> None:
    source = {"csv": {"uri": str(datasets / SHOPPERS)}}
    tasks = [{"number": {"label": "PageValues"}}]
    found = judged(run_stage, {"source": source, "tasks": tasks, "infer": {}}, epochs=4)
    assert found["r2"] > 0.2
    assert found["rmse"] < found["priorRmse"]


def test_what_customers_want_is_told_from_their_words(
    run_stage: Bench, datasets: Path, tmp_path: Path
) -> None:
    """With a larger rate, so that a few epochs do; at the defaults it takes more of them."""
    with (datasets / "banking77" / "train.csv").open(newline="") as given:
        rows = [row[:2] for row in csv.reader(given)][1:]
    with (tmp_path / "bank.csv").open("w", newline="") as wanted:
        csv.writer(wanted).writerows([["text", "intent"], *rows])
    text = {"words": {"length": 32}, "characters": {"length": 128}}
    prepare = {
        "source": {"csv": {"uri": str(tmp_path / "bank.csv")}},
        "tasks": [{"classes": {"label": "intent"}}],
        "columns": [{"name": "text", "text": text}],
    }
    run_stage("data", {"prepare": prepare})
    run_stage("train", {"train": {**DENSE, "epochs": 8, **QUICK}})
    report = run_stage("evaluate", {"evaluate": {}})
    found = {metric.name: float(metric.value) for metric in report.metrics}
    assert found["accuracy"] >= 0.85
