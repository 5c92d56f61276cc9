"""Parts of one label: what cannot be known is said with its reason, and nothing crashes for it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.models.litert import LiteModel
from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "when", "time": {}},
]
TASKS = [{"binary": {"label": "clicked"}}]
MODEL = {"generic": {"dense": {"embedding": 4, "layers": [4]}}}
FLOAT16 = [{"techniques": [{"quantize": {"mode": "float16"}}]}]
WHY = "every row has the label 1"
SAID = "answers with something that is no number .*: train it anew"


@pytest.fixture
def late(run_stage: Bench, tmp_path: Path) -> Bench:
    """A model of rows of which the last ones, which are held out, all have the label 1."""
    lines = ["user,item,when,clicked"]
    lines += [f"u{n % 9},i{n % 7},{60 * n},{int(n > 400 or n % 3 == 0)}" for n in range(600)]
    (tmp_path / "raw.csv").write_text("\n".join(lines))
    stage = {"source": {"csv": {"uri": str(tmp_path / "raw.csv")}}, "tasks": TASKS}
    stage |= {"columns": COLUMNS, "split": {"by": {"time": {"column": "when"}}}}
    run_stage("data", {"prepare": stage})
    run_stage("train", {"train": {"model": MODEL, "epochs": 1, "batchSize": 64}})
    return run_stage


def compressed(bench: Bench, metric: str) -> Report:
    budget = {"metric": metric, "maxDrop": 0.5}
    run = {"compress": {"budget": budget, "candidates": FLOAT16}}
    report: Report = bench("compress", run)
    return report


def figures(report: Report) -> set[str]:
    return {metric.name for metric in report.metrics}


def content(bench: Bench, report: Report, name: str) -> str:
    return bench.store.fetch(bench.manifest(report).file(name)).decode()


def test_a_budget_that_cannot_be_held_keeps_the_float_model_and_says_why(late: Bench) -> None:
    report = compressed(late, "auc")
    assert report.message.startswith("no candidate can be held against the budget")
    assert f"AUC is not defined: {WHY}" in report.message
    assert report.cautions == (f"{report.message}.",)
    table = json.loads(content(late, report, "compression.json"))
    (candidate,) = table["candidates"]
    assert (table["chosen"], candidate["harm"]) == ("float", None)
    assert "auc" not in candidate["figures"]
    done = late("evaluate", {"evaluate": {}})
    assert WHY in content(late, done, "report.html")


def test_the_end_of_a_job_says_loudly_what_is_missing(late: Bench) -> None:
    compressed(late, "accuracy")
    report = late("evaluate", {"evaluate": {}})
    assert {"accuracy", "floatAccuracy"} <= figures(report)
    assert not {"auc", "floatAuc"} & figures(report)
    (caution,) = report.cautions
    assert caution.startswith("auc, ")
    assert caution.endswith(f"cannot be known: {WHY}.")
    told = json.loads(content(late, report, "evaluation.json"))["targets"]["clicked"]
    for side in ("shipped", "before", "prior"):
        assert (told[side]["auc"]["value"], told[side]["auc"]["reason"]) == (None, WHY)


def test_a_gate_on_it_stays_shut_and_no_restart_is_tried(late: Bench) -> None:
    with pytest.raises(StageFailure) as caught:
        late("evaluate", {"evaluate": {"require": [{"metric": "auc", "atLeast": 0.5}]}})
    assert (caught.value.reason, caught.value.retry) == ("GateFailed", False)
    said = f"auc is not defined ({WHY}), must be at least 0.5"
    assert caught.value.message.startswith(said)


def test_a_training_and_a_fusion_leave_the_figure_out(late: Bench) -> None:
    report = late("fuse", {"fuse": {"vote": {}}})
    assert "valAuc" not in figures(report)
    assert {"valAccuracy", "valLogLoss"} <= figures(report)


def test_a_model_that_gives_no_number_has_no_figures(
    late: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = LiteModel.answer

    def broken(self: LiteModel, features: Any) -> Iterator[Any]:
        for answers in plain(self, features):
            each = {name: values.copy() for name, values in answers.items()}
            for values in each.values():
                values.reshape(len(values), -1)[7:8] = np.nan
            yield each

    monkeypatch.setattr(LiteModel, "answer", broken)
    with pytest.raises(StageFailure, match=SAID):
        compressed(late, "accuracy")
    monkeypatch.undo()
    compressed(late, "accuracy")
    monkeypatch.setattr(LiteModel, "answer", broken)
    with pytest.raises(StageFailure, match=SAID) as caught:
        late("evaluate", {"evaluate": {"require": [{"metric": "accuracy", "atLeast": 0}]}})
    assert (caught.value.reason, caught.value.retry) == ("AnswersNotFinite", False)
