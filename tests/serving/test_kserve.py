"""KServe's own package: its clients against a server, its types against the manifests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import clients, patience
from tests.serving.process import ROOT, running
from tests.serving.shop import expected

pytestmark = pytest.mark.slow

MANIFESTS = ROOT / "examples" / "serving" / "kserve.yaml"
TENSORFLOW = MANIFESTS.with_name("kserve-tensorflow.yaml")


def kserve(what: str, given: str) -> Any:
    """Let its package say something."""
    program = Path(__file__).with_name("under_kserve.py")
    done = subprocess.run(
        [clients.python(), program, what, given],
        capture_output=True,
        text=True,
        timeout=patience.seconds(60),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_its_clients_of_both_protocols_are_answered() -> None:
    with running() as server:
        found = kserve("talk", f"http://127.0.0.1:{server.port}")
    told = expected({"user": "u17", "price": 9.5}, {"user": "u2", "price": 3.0})
    probability = [each["probability"] for each in told]
    assert found == {
        "v1 live": True,
        "v1 model": True,
        "v1 predictions": told,
        "v2 live": True,
        "v2 ready": True,
        "v2 model": True,
        "v2 binary=True": ["7", probability],
        "v2 binary=False": ["7", probability],
    }


@pytest.mark.parametrize("path", [MANIFESTS, TENSORFLOW], ids=lambda path: path.stem)
def test_the_manifests_are_of_its_types(path: Path) -> None:
    assert kserve("faults", str(path)) == []


def test_what_is_not_of_its_types_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = MANIFESTS.read_text()
    for right, slip in (
        ("scaleMetric", "scaleMetrik"),
        ("maxSurge", "maxSurg"),
        ("y: 1}", "y: a}"),
    ):
        assert right in text
        text = text.replace(right, slip)
    wrong.write_text(text)
    found = kserve("faults", str(wrong))
    assert len(found) == 3
    assert "InferenceService.spec.predictor.scaleMetrik: there is no such field" in found


def test_the_runtime_and_the_service_belong_together() -> None:
    runtime, service = yaml.safe_load_all(MANIFESTS.read_text())
    model = service["spec"]["predictor"]["model"]
    formats = [each["name"] for each in runtime["spec"]["supportedModelFormats"]]
    assert model["runtime"] == runtime["metadata"]["name"]
    assert model["modelFormat"]["name"] in formats
    assert model["protocolVersion"] in runtime["spec"]["protocolVersions"]
    assert [each["name"] for each in runtime["spec"]["containers"]] == ["kserve-container"]
