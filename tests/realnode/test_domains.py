"""Examples of domains in the real cluster, with fewer rows, and a model of a shop's own in an image
of its own. Each model beats the answer without features."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import images
from lab.recipes import Recipe
from lab.testbed import Testbed
from tests.realnode.desk import JSON, Desk, condition

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

SHOP = Recipe(
    "hone.dev/shop",
    "tests/realnode/shop/Dockerfile",
    "requirements/trainer.txt",
    ("tests/realnode/shop/models.py",),
)
OWN = {"custom": {"keras": {"function": "shop.models:build", "parameters": {"units": 24}}}}
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "ads": ({"rows": 30_000}, {"epochs": 4}, ("clicked.auc", "bought.auc")),
    "next-item": ({"users": 2000}, {"epochs": 3}, ("ndcg@10",)),
    "service": ({"rows": 8000}, {"epochs": 4}, ("accuracy",)),
    "own": ({"rows": 20_000}, {"epochs": 3, "model": OWN}, ("clicked.auc", "bought.auc")),
}
"""Name -> what its source and its training say otherwise, and figures that are read."""


@pytest.fixture(scope="module")
def ends(desks: Callable[[str], Desk], hone: Testbed, root: Path) -> dict[str, JSON]:
    """The status of all at their ends; two run beside each other."""
    desk = desks("domains")
    images.ensure(hone.box, (SHOP,))
    found: dict[str, JSON] = {}
    names = list(EXAMPLES)
    for pair in (names[:2], names[2:]):  # as many pods as cores get on with
        for name in pair:
            desk.apply(name, _small(root, name))
        found |= {name: desk.ended(name, 1200) for name in pair}
    assert all(condition(each, "Complete")["status"] == "True" for each in found.values()), (
        desk.tell()
    )
    return found


def _small(root: Path, name: str) -> JSON:
    """Return the spec of an example with fewer rows."""
    source, train, _ = EXAMPLES[name]
    file = "ads" if name == "own" else name
    job: JSON = yaml.safe_load((root / "examples" / f"{file}.yaml").read_text())
    if name == "own":
        job["spec"]["defaults"]["image"] = SHOP.tag
    for stage in job["spec"]["stages"]:
        match stage["name"]:
            case "data":
                (model,) = stage["prepare"]["source"].values()
                model |= source
            case "train":
                stage["train"] |= train
            case "compress" if name in ("own", "service"):
                del stage["compress"]["candidates"][1:]  # others prune
            case "evaluate":
                del stage["evaluate"]["require"]  # gates are for all the rows
    spec: JSON = job["spec"]
    return spec


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_a_model_that_beats_its_prior(ends: dict[str, JSON], name: str) -> None:
    figures = {m["name"]: float(m["value"]) for m in ends[name]["stages"][-1]["metrics"]}
    (prior,) = (value for key, value in figures.items() if key.startswith("prior"))
    leading, *others = EXAMPLES[name][2]
    assert figures[leading] > prior
    assert all(figures[other] > 0.5 for other in others)
    assert any("bestReachable" in m["name"] for m in ends[name]["stages"][0]["metrics"])
