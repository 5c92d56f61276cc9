"""A folder as a store: in a cluster only where a claim is mounted in every stage."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.door.preview import main as preview
from hone.plan.refusal import impossible
from hone.plan.site import Site
from lab.apiserver import Cluster
from lab.faults import Broken
from tests.plan.builders import FUSE, PREPARE, gang_train

CLAIM = {"persistentVolumeClaim": {"claimName": "models"}}


def volume(path: str = "/models", **kind: Any) -> dict[str, Any]:
    return {"name": "models", "mountPath": path, **(kind or CLAIM)}


def job(uri: str = "/models/shop", **spec: Any) -> dict[str, Any]:
    """A job whose store is a folder."""
    stages = [copy.deepcopy(PREPARE), gang_train(), copy.deepcopy(FUSE)]
    head = {"apiVersion": "hone.dev/v1alpha1", "kind": "OptimizationJob"}
    meta = {"name": "demo", "namespace": "default"}
    return head | {"metadata": meta, "spec": {"artifacts": {"uri": uri}, "stages": stages, **spec}}


def at(stage: int, volumes: list[Any], **more: Any) -> dict[str, Any]:
    """The same with volumes of one stage, the others having the claim."""
    found = job(defaults={"volumes": [volume()]})
    found["spec"]["stages"][stage] |= {"volumes": volumes, **more}
    return found


ROLE = {"roles": [{"role": "worker", "volumes": []}]}
HELD = {
    "by a claim": job(defaults={"volumes": [volume()]}),
    "by the root of one": job(defaults={"volumes": [volume("/")]}),
    "by one with a slash at its end": job(defaults={"volumes": [volume("/models/")]}),
    "as a file's address": job(
        "file:///models/shop", defaults={"volumes": [volume("/models/shop")]}
    ),
    "in a bucket": job("s3://models/shop"),
    "by a claim of the stage's own": at(1, [volume("/models/shop")]),
}
LOST = {
    "by nothing": job(),
    "by what is gone with the pod": job(defaults={"volumes": [volume(emptyDir={})]}),
    "beside the claim": job("/models2/x", defaults={"volumes": [volume()]}),
    "above the claim": job("/models", defaults={"volumes": [volume("/models/shop")]}),
    "not in one stage": at(1, []),
    "not in one role": at(1, [volume()], **ROLE),
    "as a file's address": job("file:///models"),
}
PLACES = [
    *((name, raw, True) for name, raw in HELD.items()),
    *((n, raw, False) for n, raw in LOST.items()),
]


@pytest.mark.parametrize(("name", "raw", "held"), PLACES, ids=[name for name, *_ in PLACES])
def test_the_plan_says_so_and_so_does_the_operator(
    name: str, raw: dict[str, Any], held: bool, tmp_path: Path
) -> None:
    said, out, file = impossible(OptimizationJob.read(raw), Site()), io.StringIO(), tmp_path / "a"
    assert bool(said) != held
    file.write_text(json.dumps(raw))
    assert preview(file, "table", out) == (0 if held else 2)
    if not held:
        assert said in out.getvalue()
        assert said.startswith("spec.artifacts.uri: /models")
        assert "mount a persistentVolumeClaim there" in said


def test_a_machine_of_its_own_needs_none() -> None:
    assert not impossible(OptimizationJob.read(job()), Site(one_machine=True))


@pytest.mark.parametrize(("name", "raw", "held"), PLACES, ids=[name for name, *_ in PLACES])
def test_the_api_server_says_so_too(
    server: Cluster, name: str, raw: dict[str, Any], held: bool
) -> None:
    if held:
        server.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(raw))
        return
    with pytest.raises(Broken, match=r"artifacts\.uri: a folder must be on a volume"):
        server.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(raw))
