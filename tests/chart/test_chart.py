"""The chart renders, grants exactly what the preflight asks for, and never hangs an uninstall."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.api.crd import crd
from hone.control.preflight import NEEDS
from hone.settings import Settings

Object = dict[str, Any]
KUBE = ("--kube-version", "1.35.0")
"""Without a cluster each helm believes in another version."""


@pytest.fixture
def render(helm: Path, chart: Path) -> Any:
    def rendered(*sets: str, release: str = "hone") -> list[Object]:
        words = [word for each in sets for word in ("--set", each)]
        command = [str(helm), "template", release, str(chart), "-n", "hone-system", *KUBE, *words]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [each for each in yaml.safe_load_all(done.stdout) if each]

    return rendered


def of(objects: list[Object], kind: str, name: str = "") -> list[Object]:
    found = [each for each in objects if each["kind"] == kind]
    return [each for each in found if each["metadata"]["name"] == name] if name else found


def rights(*roles: Object) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def needed(*places: str) -> set[tuple[str, str, str]]:
    return {
        (need.group, need.resource, verb)
        for need in NEEDS
        if need.where in places
        for verb in need.verbs
    }


def test_lint_has_nothing_to_say(helm: Path, chart: Path) -> None:
    done = subprocess.run([helm, "lint", "--strict", chart], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_definition_is_fresh(chart: Path) -> None:
    # Where this fails, `make crd` has not been run.
    assert yaml.load((chart / "files" / "crd.yaml").read_text(), yaml.CSafeLoader) == crd()


def test_the_definition_is_installed_whole_and_stays(render: Any) -> None:
    [made] = of(render(), "CustomResourceDefinition")
    assert made["spec"] == crd()["spec"]
    assert made["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    [fleeting] = of(render("crds.keep=false"), "CustomResourceDefinition")
    assert "annotations" not in fleeting["metadata"]
    assert not of(render("crds.enabled=false"), "CustomResourceDefinition")


def test_rights_everywhere_are_what_the_preflight_asks_for(render: Any) -> None:
    objects = render()
    [cluster] = of(objects, "ClusterRole", "hone-system-hone")
    assert rights(cluster) == needed("jobs", "cluster")
    [own] = of(objects, "Role")
    assert own["metadata"]["namespace"] == "hone-system"
    assert rights(own) == needed("own")


def test_rights_in_some_namespaces_are_what_the_preflight_asks_for(render: Any) -> None:
    objects = render("namespaces={shop,ads}")
    [cluster] = of(objects, "ClusterRole", "hone-system-hone")
    assert rights(cluster) == needed("cluster")
    roles = of(objects, "Role", "hone")
    assert [role["metadata"]["namespace"] for role in roles] == ["shop", "ads"]
    for role in roles:
        assert rights(role) == needed("jobs")


def test_what_is_switched_off_is_not_granted(render: Any) -> None:
    objects = render("namespaces={shop}", "progress.enabled=false", "leaderElection.enabled=false")
    assert not of(objects, "ClusterRole", "hone-system-hone")
    assert rights(*of(objects, "Role")) == needed("jobs")
    assert not of(render("rbac.create=false", "rbac.aggregate=false"), "ClusterRole")


def test_no_role_knows_secrets_or_wildcards(render: Any) -> None:
    objects = render()
    granted = rights(*of(objects, "ClusterRole"), *of(objects, "Role"))
    words = {word for right in granted for word in right}
    assert "*" not in words
    assert "secrets" not in words
    assert "escalate" not in words


def test_every_binding_binds_the_operators_account(render: Any) -> None:
    objects = render("namespaces={shop}", "serviceAccount.name=worker")
    bindings = of(objects, "ClusterRoleBinding") + of(objects, "RoleBinding")
    assert len(bindings) == 3
    roles = {(o["kind"], o["metadata"]["name"]) for o in objects}
    for binding in bindings:
        [subject] = binding["subjects"]
        assert (subject["name"], subject["namespace"]) == ("worker", "hone-system")
        assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) in roles
    [deployment] = of(objects, "Deployment")
    assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == "worker"


def test_viewers_and_editors_may_use_jobs(render: Any) -> None:
    objects = render()
    [view] = of(objects, "ClusterRole", "hone-system-hone-view")
    [edit] = of(objects, "ClusterRole", "hone-system-hone-edit")
    assert {verb for _, _, verb in rights(view)} == {"get", "list", "watch"}
    assert ("hone.dev", "optimizationjobs", "create") in rights(edit)
    assert not {right for right in rights(edit, view) if "status" in right[1]}


def test_the_pod_is_locked_down(render: Any) -> None:
    [deployment] = of(render(), "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_what_the_pod_is_told_is_what_the_operator_reads(render: Any) -> None:
    objects = render(
        "artifacts.uri=s3://models/shop",
        "artifacts.secretName=s3",
        "namespaces={shop,ads}",
        "extraEnv[0].name=HONE_RESYNC_SECONDS",
        "extraEnv[0].value=60",
        "image.tag=9",
    )
    [deployment] = of(objects, "Deployment")
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each.get("value", "from-the-pod") for each in container["env"]}
    assert all(name.startswith(("HONE_", "POD_")) for name in env)
    settings = Settings.load(env)
    assert settings.namespaces == ("shop", "ads")
    assert settings.resync_seconds == 60
    assert settings.trainer_image == "hone.dev/trainer:9"
    assert container["image"] == "hone.dev/operator:9"
    [service] = of(objects, "Service")
    where = f"{service['metadata']['name']}.hone-system.svc:{service['spec']['ports'][0]['port']}"
    assert settings.progress_url == f"http://{where}/v1/progress"
    assert settings.site().artifacts


def test_an_uninstall_never_waits(render: Any) -> None:
    for each in render("namespaces={shop}"):
        meta = each["metadata"]
        assert "finalizers" not in meta
        assert "helm.sh/hook" not in meta.get("annotations", {})


def test_two_releases_do_not_meet(render: Any) -> None:
    def named(release: str) -> set[tuple[str, str]]:
        objects = render("crds.enabled=false", release=release)
        return {(o["kind"], o["metadata"]["name"]) for o in objects}

    assert not named("a") & named("b")
