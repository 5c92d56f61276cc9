"""Examples of two domains in the real cluster, with fewer rows: two answers of one model, and the
next item out of all. Each model beats the answer without features."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.realnode.desk import JSON, Desk, condition

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "ads": ({"rows": 30_000}, {"epochs": 4}, ("clicked.auc", "bought.auc")),
    "next-item": ({"users": 2000}, {"epochs": 3}, ("ndcg@10",)),
}
"""Name -> what its source and its training say otherwise, and figures that are read."""


@pytest.fixture(scope="module")
def ends(desks: Callable[[str], Desk], root: Path) -> dict[str, JSON]:
    """The status of both at their ends; they run beside each other."""
    desk = desks("domains")
    for name, (source, train, _) in EXAMPLES.items():
        job = yaml.safe_load((root / "examples" / f"{name}.yaml").read_text())
        for stage in job["spec"]["stages"]:
            match stage["name"]:
                case "data":
                    (model,) = stage["prepare"]["source"].values()
                    model |= source
                case "train":
                    stage["train"] |= train
                case "evaluate":
                    del stage["evaluate"]["require"]  # gates are for all the rows
        desk.apply(name, job["spec"])
    found = {name: desk.ended(name) for name in EXAMPLES}
    assert all(condition(each, "Complete")["status"] == "True" for each in found.values()), (
        desk.tell()
    )
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_a_model_that_beats_its_prior(ends: dict[str, JSON], name: str) -> None:
    figures = {m["name"]: float(m["value"]) for m in ends[name]["stages"][-1]["metrics"]}
    (prior,) = (value for key, value in figures.items() if key.startswith("prior"))
    leading, *others = EXAMPLES[name][2]
    assert figures[leading] > prior
    assert all(figures[other] > 0.5 for other in others)
    assert any("bestReachable" in m["name"] for m in ends[name]["stages"][0]["metrics"])
