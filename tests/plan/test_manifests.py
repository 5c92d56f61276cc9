"""The objects that run a gang: what is in them, and what never is."""

import json
from typing import Any

import pytest

from hone.api.job import ArtifactsSpec, Credentials, OptimizationJob
from hone.plan import names
from hone.plan.manifests import role_of, service
from hone.plan.site import Site
from hone_trainer.contract.assignment import Assignment
from hone_trainer.contract.stage import Gang, Role
from tests.plan.builders import PREPARE, SITE, gang_train, job

Manifest = dict[str, Any]


def made(whole: OptimizationJob | None = None, stage: int = 0, site: Site = SITE) -> Manifest:
    """The Job of the first gang of a stage."""
    whole = whole or job()
    spec = whole.spec.stages[stage]
    gang: Gang = spec.value.gangs()[0]
    return role_of(whole, spec, gang, gang.roles[0], 0, (), site)[-1]


def pod_of(manifest: Manifest) -> Manifest:
    spec: Manifest = manifest["spec"]["template"]["spec"]
    return spec


def container_of(manifest: Manifest) -> Manifest:
    container: Manifest = pod_of(manifest)["containers"][0]
    return container


def variables(manifest: Manifest) -> dict[str, Any]:
    env = container_of(manifest)["env"]
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in env}


def test_a_job_is_ours_and_says_so() -> None:
    meta = made()["metadata"]
    owner = meta["ownerReferences"][0]
    assert (owner["uid"], owner["kind"], owner["controller"]) == ("uid-1", "OptimizationJob", True)
    assert not owner["blockOwnerDeletion"]
    assert meta["labels"][names.UID] == "uid-1"
    assert meta["labels"]["app.kubernetes.io/managed-by"] == "hone"


def test_pods_carry_the_labels_by_which_they_are_found() -> None:
    labels = made()["spec"]["template"]["metadata"]["labels"]
    assert names.Place.of(labels) == names.Place("data", 0, "worker", 0)
    assert labels[names.UID] == "uid-1"


def test_the_job_controller_never_restarts_by_itself() -> None:
    spec = made()["spec"]
    assert spec["backoffLimit"] == 0
    assert spec["completionMode"] == "Indexed"
    assert spec["podReplacementPolicy"] == "Failed"
    assert {rule["action"] for rule in spec["podFailurePolicy"]["rules"]} == {"FailJob"}
    assert pod_of(made())["restartPolicy"] == "Never"


def test_credentials_are_named_and_never_read() -> None:
    store = ArtifactsSpec(uri="s3://b/x", credentials=Credentials(secret_name="keys"))
    container = container_of(made(site=Site(artifacts=store)))
    assert container["envFrom"] == [{"secretRef": {"name": "keys"}}]
    assert "envFrom" not in container_of(made())


def test_the_task_is_all_that_a_pod_has_to_know() -> None:
    task = Assignment.model_validate_json(variables(made())["HONE_TASK"])
    assert (task.namespace, task.job, task.stage, task.attempt) == ("shop", "demo", "data", 0)
    assert list(task.run) == ["prepare"]
    assert task.store.uri == "s3://models/test"
    assert task.prefix == "shop/demo/uid-1/data/0"


def test_text_of_a_user_survives_the_kubelet() -> None:
    source = {"csv": {"uri": "s3://raw/$(HOME)/$$.csv", "delimiter": ","}}
    stage = {**PREPARE, "prepare": {**PREPARE["prepare"], "source": source}}
    text = variables(made(job(stage)))["HONE_TASK"]
    # The kubelet turns $$ into $, and expands $(X) only where no $ stands before it.
    assert json.loads(text.replace("$$", "$"))["run"]["prepare"]["source"] == source


def test_a_gang_knows_its_peers() -> None:
    manifest = made(job(PREPARE, gang_train(members=2, workers=3, batchSize=9)), stage=1)
    said = variables(manifest)
    index = said["TF_TASK_INDEX"]["fieldRef"]["fieldPath"]
    assert index == "metadata.labels['batch.kubernetes.io/job-completion-index']"
    config = json.loads(said["TF_CONFIG"].replace("$(TF_TASK_INDEX)", "2"))
    assert config["task"] == {"type": "worker", "index": 2}
    assert config["cluster"]["worker"] == [
        f"demo-train-0-worker-a0-{n}.demo-gang.shop.svc:2222" for n in range(3)
    ]
    assert pod_of(manifest)["subdomain"] == "demo-gang"
    assert manifest["spec"]["completions"] == manifest["spec"]["parallelism"] == 3


def test_a_gang_of_several_roles_knows_all_of_them() -> None:
    whole = job()
    gang = Gang(0, (Role("chief"), Role("ps", 2)))
    manifest = role_of(whole, whole.spec.stages[0], gang, gang.roles[1], 1, (), SITE)[-1]
    config = json.loads(variables(manifest)["TF_CONFIG"].replace("$(TF_TASK_INDEX)", "0"))
    assert {role: len(hosts) for role, hosts in config["cluster"].items()} == {"chief": 1, "ps": 2}
    assert config["cluster"]["chief"][0].startswith("demo-data-0-chief-a1-0.")


def test_a_pod_alone_has_no_gang() -> None:
    assert "TF_CONFIG" not in variables(made())
    assert "subdomain" not in pod_of(made())


def test_the_service_gives_names_before_pods_are_ready() -> None:
    spec = service(job())["spec"]
    assert spec["clusterIP"] == "None"
    assert spec["publishNotReadyAddresses"] is True
    assert spec["selector"] == {names.UID: "uid-1"}


def test_labels_of_kueue_are_passed_on_and_others_are_not() -> None:
    queue = {"kueue.x-k8s.io/queue-name": "research", "team": "shop"}
    labels = made(job().model_copy(update={"labels": queue}))["metadata"]["labels"]
    assert labels["kueue.x-k8s.io/queue-name"] == "research"
    assert "team" not in labels


def test_the_sites_image_serves_where_none_is_named() -> None:
    site = Site(trainer_image="ours:1", pull_policy="Never", artifacts=SITE.artifacts)
    container = container_of(made(site=site))
    assert (container["image"], container["imagePullPolicy"]) == ("ours:1", "Never")
    own = {**PREPARE, "image": "mine:2", "imagePullPolicy": "Always"}
    container = container_of(made(job(own), site=site))
    assert (container["image"], container["imagePullPolicy"]) == ("mine:2", "Always")


def test_a_job_without_a_store_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"spec\.artifacts"):
        made(site=Site())


def test_a_role_that_is_not_listed_knows_the_others_and_they_do_not_know_it() -> None:
    whole = job()
    gang = Gang(0, (Role("chief"), Role("evaluator", listed=False)), port=4000)
    for role in gang.roles:
        manifest = role_of(whole, whole.spec.stages[0], gang, role, 0, (), SITE)[-1]
        config = json.loads(variables(manifest)["TF_CONFIG"].replace("$(TF_TASK_INDEX)", "0"))
        assert config["cluster"] == {"chief": ["demo-data-0-chief-a0-0.demo-gang.shop.svc:4000"]}
        assert config["task"] == {"type": role.name, "index": 0}
        assert pod_of(manifest)["subdomain"] == "demo-gang"


def test_a_job_replaces_pods_as_often_as_the_stage_may_have_retries() -> None:
    for given, limit in (({}, 3), ({"retries": 7}, 7), ({"retries": 0}, 0)):
        whole = job({**PREPARE, **given})
        gang = Gang(0, (Role("chief"), Role("worker", 2, replaceable=True)))
        manifest = role_of(whole, whole.spec.stages[0], gang, gang.roles[1], 0, (), SITE)[-1]
        assert manifest["spec"]["backoffLimit"] == limit
        assert manifest["spec"]["podReplacementPolicy"] == "Failed"


@pytest.mark.parametrize(
    ("limits", "gpus"),
    [
        ({"nvidia.com/gpu": 2}, 2),
        ({"cpu": 1}, 0),
        *(
            ({"nvidia.com/gpu": text}, gpus)
            for text, gpus in (("1000m", 1), ("2.0", 2), ("1k", 1000))
        ),
    ],
)
def test_the_pod_knows_how_many_gpus_it_was_promised(limits: dict[str, Any], gpus: int) -> None:
    whole = job(PREPARE | {"resources": {"limits": limits}})
    task = json.loads(variables(made(whole))["HONE_TASK"].replace("$$", "$"))
    assert task["gpus"] == gpus
