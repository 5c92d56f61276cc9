"""The pods that run a gang: locked down, and shaped by what the job says of them."""

from typing import Any

import pytest

from hone.plan.manifests import role_of
from hone.plan.pods import USER
from hone.plan.programs import TOKEN_FOLDER
from hone_trainer.contract.stage import Gang, Role
from tests.plan.builders import PREPARE, SITE, job
from tests.plan.test_manifests import container_of, made, pod_of, variables


def test_a_pod_is_locked_down() -> None:
    pod, container = pod_of(made()), container_of(made())
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == USER
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_a_pod_gets_a_token_that_only_our_endpoint_takes() -> None:
    volumes = {volume["name"]: volume for volume in pod_of(made())["volumes"]}
    token = volumes["token"]["projected"]["sources"][0]["serviceAccountToken"]
    assert token["audience"] == "hone.dev/progress"
    mounts = {m["name"]: m["mountPath"] for m in container_of(made())["volumeMounts"]}
    assert mounts["token"] == TOKEN_FOLDER


EXECUTION: dict[str, Any] = {
    "resources": {"limits": {"nvidia.com/gpu": 1, "memory": "4Gi"}, "requests": {"cpu": "500m"}},
    "env": [
        {"name": "A", "value": "1"},
        {"name": "B", "secretKey": {"name": "s", "key": "k"}},
    ],
    "volumes": [
        {"name": "shm", "mountPath": "/dev/shm", "emptyDir": {"medium": "Memory"}},
        {"name": "data", "mountPath": "/data", "persistentVolumeClaim": {"claimName": "raw"}},
    ],
    "nodeSelector": {"gpu": "yes"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "serviceAccountName": "trainer",
    "priorityClassName": "high",
    "runtimeClassName": "nvidia",
    "imagePullSecrets": ["registry"],
}


@pytest.mark.parametrize("where", ["stage", "defaults"])
def test_the_curated_fields_reach_the_pod(where: str) -> None:
    whole = job({**PREPARE, **EXECUTION}) if where == "stage" else job(PREPARE, defaults=EXECUTION)
    manifest = made(whole)
    pod, container = pod_of(manifest), container_of(manifest)
    assert container["resources"] == {
        "limits": {"nvidia.com/gpu": "1", "memory": "4Gi"},
        "requests": {"cpu": "500m"},
    }
    said = variables(manifest)
    assert said["A"] == "1"
    assert said["B"] == {"secretKeyRef": {"name": "s", "key": "k"}}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["shm"]["emptyDir"] == {"medium": "Memory"}
    assert volumes["data"]["persistentVolumeClaim"] == {"claimName": "raw"}
    mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
    assert (mounts["shm"], mounts["data"]) == ("/dev/shm", "/data")
    assert pod["nodeSelector"] == {"gpu": "yes"}
    assert pod["tolerations"] == [{"key": "gpu", "operator": "Exists"}]
    assert pod["serviceAccountName"] == "trainer"
    assert pod["priorityClassName"] == "high"
    assert pod["runtimeClassName"] == "nvidia"
    assert pod["imagePullSecrets"] == [{"name": "registry"}]


def test_nothing_that_was_not_asked_for_is_in_a_pod() -> None:
    pod, container = pod_of(made()), container_of(made())
    for name in ("nodeSelector", "tolerations", "serviceAccountName", "priorityClassName"):
        assert name not in pod
    assert container["resources"] == {}


@pytest.mark.parametrize(
    ("given", "user", "read_only"),
    [
        ({}, USER, True),
        ({"runAsUser": 1000}, 1000, True),
        ({"writableRoot": True}, USER, False),
        ({"writableRoot": False}, USER, True),
    ],
)
def test_images_of_others_get_their_user_and_their_root(
    given: dict[str, Any], user: int, read_only: bool
) -> None:
    manifest = made(job({**PREPARE, **given}))
    context = pod_of(manifest)["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (user, user, user)
    assert context["runAsNonRoot"] is True
    assert container_of(manifest)["securityContext"]["readOnlyRootFilesystem"] is read_only


def test_a_role_over_the_stage_over_the_defaults() -> None:
    role = {"role": "worker", "image": "role:1", "env": [{"name": "A", "value": "role"}]}
    stage = {"image": "stage:1", "imagePullPolicy": "Always", "roles": [role]}
    defaults = {"image": "all:1", "imagePullPolicy": "Never", "serviceAccountName": "all"}
    whole = job({**PREPARE, **stage}, defaults=defaults)
    manifest = made(whole)
    assert container_of(manifest)["image"] == "role:1"
    assert container_of(manifest)["imagePullPolicy"] == "Always"
    assert pod_of(manifest)["serviceAccountName"] == "all"
    assert variables(manifest)["A"] == "role"
    gang = Gang(0, (Role("worker"), Role("ps")))
    other = role_of(whole, whole.spec.stages[0], gang, gang.roles[1], 0, (), SITE)[-1]
    assert container_of(other)["image"] == "stage:1"
