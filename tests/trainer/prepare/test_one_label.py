"""Parts of one label: what cannot be known is said with its reason, and nothing crashes for it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.litert import LiteModel
from tests.trainer.compress.test_optimisation import content, figures, member
from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "when", "time": {}},
    {"name": "clicked", "label": {}},
]
FLOAT16 = [{"techniques": [{"quantize": {"mode": "float16"}}]}]
OF_THE_TEST_PART = "all 60 rows of the test part have the label 1"


@pytest.fixture
def late(run_stage: Bench, tmp_path: Path) -> Bench:
    """A model of rows of which the last ones, which are held out, all have the label 1."""
    lines = ["user,item,when,clicked"]
    lines += [f"u{n % 9},i{n % 7},{60 * n},{int(n > 400 or n % 3 == 0)}" for n in range(600)]
    (tmp_path / "raw.csv").write_text("\n".join(lines))
    source = {"csv": {"uri": str(tmp_path / "raw.csv")}}
    split = {"by": {"time": {"column": "when"}}}
    run_stage("data", {"prepare": {"source": source, "columns": COLUMNS, "split": split}})
    member(run_stage, 0, 1)
    return run_stage


def compressed(bench: Bench, metric: str) -> Any:
    budget = {"metric": metric, "maxDrop": 0.5}
    return bench("compress", {"compress": {"budget": budget, "candidates": FLOAT16}})


def test_a_budget_that_cannot_be_held_keeps_the_float_model_and_says_why(late: Bench) -> None:
    report = compressed(late, "auc")
    why = "auc cannot be known: all 60 rows of the validation part have the label 1"
    assert report.message.startswith("no candidate can be held against the budget")
    assert why in report.message
    assert report.cautions == (f"{report.message}.",)
    table = json.loads(content(late, report, "compression.json"))
    assert (table["chosen"], table["candidates"][0]["drop"]) == ("float", None)
    assert table["candidates"][0]["figures"]["auc"] is None
    done = late("evaluate", {"evaluate": {}})
    assert "unknown" in content(late, done, "report.html").decode()


def test_the_end_of_a_job_says_loudly_what_is_missing(late: Bench) -> None:
    compressed(late, "accuracy")
    report = late("evaluate", {"evaluate": {}})
    assert not {"auc", "floatAuc"} & set(figures(report))
    (caution,) = report.cautions
    assert caution.startswith(f"auc cannot be known: {OF_THE_TEST_PART}")
    record = json.loads(content(late, report, "evaluation.json"))
    assert (record["figures"]["auc"], record["float_figures"]["auc"]) == (None, None)
    assert record["gaps"]["auc"].startswith(OF_THE_TEST_PART)


def test_a_gate_on_it_stays_shut_and_no_restart_is_tried(late: Bench) -> None:
    with pytest.raises(StageFailure) as caught:
        late("evaluate", {"evaluate": {"require": [{"metric": "auc", "atLeast": 0.5}]}})
    assert (caught.value.reason, caught.value.retry) == ("GateFailed", False)
    said = f"auc cannot be known, must be at least 0.5: {OF_THE_TEST_PART}"
    assert caught.value.message.startswith(said)


def test_a_fusion_leaves_the_figure_out(late: Bench) -> None:
    report = late("fuse", {"fuse": {"vote": {}}})
    assert "valAuc" not in figures(report)
    assert {"valAccuracy", "valLogLoss"} <= set(figures(report))
    assert set(late.manifest(report).facts["unknown"]) == {"auc"}


def test_a_model_that_gives_no_number_has_no_figures(
    late: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = LiteModel.predict

    def broken(self: LiteModel, features: Any) -> Any:
        return np.where(np.arange(60) == 7, np.nan, plain(self, features))

    monkeypatch.setattr(LiteModel, "predict", broken)
    report = compressed(late, "accuracy")
    assert "the model gives no number for 1 of 60 rows of the validation part" in report.message
    with pytest.raises(StageFailure, match="accuracy cannot be known, must be at least 0: the mod"):
        late("evaluate", {"evaluate": {"require": [{"metric": "accuracy", "atLeast": 0}]}})
