"""The pages' commands for a cluster, typed as they stand there, against a real API server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import patience
from lab.apiserver import Cluster
from lab.pytest_plugin import binary
from tests.cluster.definition import define, established
from tests.docs.blocks import ROOT, Block, Command, blocks, commands, split
from tests.docs.jobs import SMALL, whole

pytestmark = [pytest.mark.api, pytest.mark.slow]

TOOLS = ("helm ", "kubectl ", "hone retry ")
BLOCKS = [b for b in blocks("console") if any(c.text.startswith(TOOLS) for c in split(b))]
NOT_HERE = {
    "kubectl -n hone rollout status deployment/hone": "no node runs the pod; the real one's tests"
    " install the chart and wait for it",
}
"""Command -> why it is not run."""
LONG = re.compile(r" --watch\b| --timeout=\w+")
"""What would let a command take for ever, or an hour where it fails."""
DEFINITION = "optimizationjobs.hone.dev"
NAMED = re.compile(rf"(?:{DEFINITION}[ /]|hone retry )(\w+)")
PLACED = re.compile(r" (-n \w+)\b")
WAITED = re.compile(r"kubectl wait --for=condition=(\w+)")
Shell = Callable[[str], str]


@pytest.fixture(scope="module")
def server(api_server: Cluster) -> Iterator[Cluster]:
    """A server without our kind, which helm brings; afterwards as other tests expect it."""
    api_server.kubectl("delete", "crd", DEFINITION, "--ignore-not-found")
    yield api_server
    define(api_server)


@pytest.fixture
def shell(server: Cluster, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shell]:
    """Run commands in a copy of what the pages name, each block in a namespace of its own."""
    block: Block = request.getfixturevalue("block")
    namespace = re.sub(r"[^a-z0-9]+", "-", str(block).lower()).strip("-")
    server.kubectl("create", "namespace", namespace)
    for name in ("charts", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    jobs = [whole(each) for each in blocks("yaml") if each.page == block.page]
    if jobs:
        (tmp_path / "clicks.yaml").write_text(yaml.safe_dump(jobs[-1]))
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("helm", "kubectl"):
        (tools / name).symlink_to(binary(name))
    (tools / "hone").write_text(f'#!/bin/sh\nexec {sys.executable} -m hone "$@"\n')
    (tools / "hone").chmod(0o755)
    config = json.loads(server.kubeconfig.read_text())
    config["contexts"][0]["context"]["namespace"] = namespace
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    around = {"PATH": f"{tools}:{os.environ['PATH']}", "KUBECONFIG": str(tmp_path / "kubeconfig")}

    def run(text: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=tmp_path,
            env=os.environ | around,
            capture_output=True,
            text=True,
            timeout=patience.seconds(60),
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout

    if "helm install" not in block.text:
        define(server)
    yield run
    if "hone" in run("helm list --short --namespace hone"):
        run("helm uninstall hone --namespace hone")
    server.kubectl("delete", "crd", DEFINITION, "--ignore-not-found")
    server.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_the_commands_of_a_block_are_what_the_server_takes(
    block: Block, shell: Shell, server: Cluster
) -> None:
    for each in split(block):
        if each.text.startswith(TOOLS) and each.text not in NOT_HERE:
            prepare(each, shell)
            shell(LONG.sub("", each.text))
            if each.text.startswith("helm install"):
                established(server)


def prepare(command: Command, shell: Shell) -> None:
    """Make the job that is named where there is none, and bring it where the command wants it.

    The operator would, of which nothing runs here.
    """
    named, placed = NAMED.search(command.text), PLACED.search(command.text)
    if not named:
        return
    where = placed[1] if placed else ""
    if placed:
        shell(f"kubectl create namespace {where[3:]} --dry-run=client -o yaml | kubectl apply -f -")
    if not shell(f"kubectl get {where} {DEFINITION} {named[1]} --ignore-not-found -o name"):
        job = SMALL | {"metadata": {"name": named[1]}}
        shell(f"kubectl create {where} -f - <<< '{json.dumps(job)}'")
    waited = WAITED.match(command.text)
    if waited or command.text.startswith("hone retry"):
        patch = json.dumps({"status": reached(waited[1] if waited else "Failed")})
        which = f"{where} {DEFINITION} {named[1]}"
        shell(f"kubectl patch {which} --subresource=status --type=merge -p '{patch}'")


def reached(condition: str) -> dict[str, Any]:
    """The status of a job that has come to a condition."""
    told = {
        "type": condition,
        "status": "True",
        "reason": condition,
        "message": "",
        "lastTransitionTime": "2030-01-01T00:00:00Z",
        "observedGeneration": 1,
    }
    state = "Failed" if condition == "Failed" else "Succeeded"
    stages = [{"name": "data", "kind": "prepare", "state": state, "gangs": [{"state": state}]}]
    return {"observedGeneration": 1, "conditions": [told], "stages": stages}


def test_no_reason_outlives_its_command() -> None:
    assert NOT_HERE.keys() - {each.text for each in commands()} == set()
