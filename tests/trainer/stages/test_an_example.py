"""An example of the first page, with fewer rows, stage by stage: it learns what can be learned."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.trainer.conftest import Bench

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


def test_a_smaller_spending_job_beats_the_mean_and_the_linear_model(
    root: Path, run_stage: Bench
) -> None:
    """And does no better than a model that knows the truth."""
    job = yaml.safe_load((root / "examples/spending.yaml").read_text())
    stages: dict[str, Any] = {stage.pop("name"): stage for stage in job["spec"]["stages"]}
    stages["data"]["prepare"]["source"] = {"clickModel": {"rows": 40_000, "users": 60, "items": 50}}
    stages["train"]["train"]["epochs"] = 3
    stages["compress"]["compress"]["candidates"] = [{"techniques": [{"quantize": {}}]}]
    reports = {
        f"{name} {member}": run_stage(name, stages[name], member=member)
        for name in ("data", "train", "fuse", "compress", "evaluate")
        for member in range(2 if name == "train" else 1)
    }
    best = {each.name: float(each.value) for each in reports["data 0"].metrics}
    found = {each.name: float(each.value) for each in reports["evaluate 0"].metrics}
    assert found["rmse"] < 0.95 * found["baselineRmse"] < 0.95 * found["priorRmse"]
    assert best["bestReachableRmse"] < found["rmse"] < 1.15 * best["bestReachableRmse"]
    assert not reports["evaluate 0"].cautions
