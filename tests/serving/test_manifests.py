"""The manifests that people copy say what the server understands, and the server what they ask."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
import yaml

from hone_serving.server.life import LAST_SECONDS
from hone_serving.server.options import Options, add_words
from lab.apiserver import Cluster
from lab.recipes import SERVER
from tests.serving.conftest import Client
from tests.serving.process import ROOT

FOLDER = ROOT / "examples" / "serving"
GRACE = 30
"""Seconds that Kubernetes gives a pod where nothing is said."""


def documents(name: str) -> dict[str, Any]:
    found = yaml.safe_load_all((FOLDER / name).read_text())
    return {each["kind"]: each for each in found}


DEPLOYMENT, KSERVE = documents("deployment.yaml"), documents("kserve.yaml")
POD = DEPLOYMENT["Deployment"]["spec"]["template"]["spec"]
CONTAINERS = [POD["containers"][0], KSERVE["ServingRuntime"]["spec"]["containers"][0]]
each_container = pytest.mark.parametrize("container", CONTAINERS, ids=["deployment", "kserve"])


def options(container: dict[str, Any]) -> Options:
    parser = argparse.ArgumentParser()
    add_words(parser)
    return Options.of(parser.parse_args([w.replace("{{.Name}}", "x") for w in container["args"]]))


@each_container
def test_its_arguments_are_the_servers(container: dict[str, Any]) -> None:
    assert container["image"] == SERVER.tag
    assert options(container).port == container["ports"][0]["containerPort"]


@each_container
async def test_its_probes_are_answered(container: dict[str, Any], client: Client) -> None:
    probes = [probe for name, probe in container.items() if name.endswith("Probe")]
    assert len(probes) >= 2
    for probe in probes:
        assert (await client.send(probe["httpGet"]["path"]))[0] == 200


@each_container
def test_a_stop_is_noticed_before_it_drains_and_ends_before_it_is_killed(
    container: dict[str, Any],
) -> None:
    probe, drain = container["readinessProbe"], options(container).drain
    noticed = probe["periodSeconds"] * probe["failureThreshold"] + probe["timeoutSeconds"]
    assert noticed < drain
    assert drain + LAST_SECONDS < POD["terminationGracePeriodSeconds"] == GRACE


@each_container
def test_it_may_do_nothing_but_answer(container: dict[str, Any]) -> None:
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"] == "256Mi"


def test_service_and_autoscaler_mean_the_deployment() -> None:
    labels = DEPLOYMENT["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        DEPLOYMENT["Service"]["spec"]["selector"],
        DEPLOYMENT["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    target = DEPLOYMENT["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert target["name"] == DEPLOYMENT["Deployment"]["metadata"]["name"]


def test_the_api_server_takes_them(api_server: Cluster) -> None:
    strict = [
        "apply",
        "--dry-run=server",
        "--validate=strict",
        "-f",
        str(FOLDER / "deployment.yaml"),
    ]
    assert api_server.kubectl(*strict).count("created (server dry run)") == 4
