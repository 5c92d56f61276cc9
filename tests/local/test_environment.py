"""What a kubelet does between a manifest and a process."""

import json
from pathlib import Path
from typing import Any

import pytest

from hone.cluster.local_environment import Folders, environment, expand, missing, mounted
from hone.cluster.local_objects import job_of, pods_of
from hone.plan.manifests import role_of
from tests.local.builders import job, now
from tests.plan.builders import PREPARE, SITE, settled
from tests.plan.builders import job as demo
from tests.plan.test_payload import large

FOLDERS = Folders(Path("/state/scratch"), Path("/state/message"), Path("/state/token"))


def variables(one: dict[str, Any], index: int = 0, **around: str) -> dict[str, str]:
    stored = job_of(one, now())
    pod = pods_of(stored, now())[index]
    return environment(stored, pod, FOLDERS, around, lambda host: len(host.partition(".")[0]))


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain", "plain"),
        ("$(A)", "1"),
        ("x$(A)y$(B)", "x1y2"),
        ("$(UNKNOWN)", "$(UNKNOWN)"),
        ("$$(A)", "$(A)"),
        ("cost: 5$$", "cost: 5$"),
        ("cost: 5$", "cost: 5$"),
        ("$(A", "$(A"),
    ],
)
def test_references_expand_as_the_kubelet_does_it(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1", "B": "2"}) == expanded


def test_the_index_reaches_tf_config() -> None:
    index = "metadata.labels['batch.kubernetes.io/job-completion-index']"
    env = [
        {"name": "TF_TASK_INDEX", "valueFrom": {"fieldRef": {"fieldPath": index}}},
        {"name": "TF_CONFIG", "value": '{"index":$(TF_TASK_INDEX)}'},
    ]
    given = variables(job("", pods=3, env=env), index=2)
    assert given["TF_CONFIG"] == '{"index":2}'
    assert given["JOB_COMPLETION_INDEX"] == "2"


def test_a_variable_is_not_known_before_its_line() -> None:
    env = [{"name": "A", "value": "$(B)"}, {"name": "B", "value": "1"}]
    assert variables(job("", env=env))["A"] == "$(B)"


def test_names_of_peers_become_loopback_ports_and_other_names_stay() -> None:
    hosts = "ab-0.demo-gang.shop.svc:2222,ab-10.demo-gang.shop.svc:2222"
    given = variables(job("", env=[{"name": "H", "value": f"{hosts} s3.storage.svc:7070"}]))
    assert given["H"] == "127.0.0.1:4,127.0.0.1:5 s3.storage.svc:7070"


def test_mounted_folders_become_folders_of_this_machine() -> None:
    one = job(
        "",
        env=[{"name": "HOME", "value": "/tmp"}, {"name": "CACHE", "value": "/cache"}],
        volumeMounts=[
            {"name": "scratch", "mountPath": "/tmp"},
            {"name": "cache", "mountPath": "/cache"},
        ],
    )
    one["spec"]["template"]["spec"]["volumes"] = [
        {"name": "scratch", "emptyDir": {}},
        {"name": "cache", "emptyDir": {}},
    ]
    given = variables(one)
    assert given["HOME"] == "/state/scratch/scratch"
    assert given["CACHE"] == "/state/scratch/cache"


def test_the_manifest_wins_over_this_machine_and_we_over_the_manifest() -> None:
    one = job("", env=[{"name": "A", "value": "manifest"}, {"name": "TMPDIR", "value": "/x"}])
    given = variables(one, A="machine", B="machine", NO_PROXY="shop.example")
    assert (given["A"], given["B"]) == ("manifest", "machine")
    assert given["TMPDIR"] == "/state/scratch"
    assert given["HONE_TERMINATION_LOG"] == "/state/message"
    assert given["HONE_TOKEN_FILE"] == "/state/token"
    assert given["NO_PROXY"] == "shop.example,127.0.0.1,localhost"


def test_a_secret_is_taken_from_around_us() -> None:
    secret = {"secretKeyRef": {"name": "s3", "key": "id"}}
    one = job("", env=[{"name": "KEY", "valueFrom": secret}])
    assert variables(one, KEY="here")["KEY"] == "here"
    assert "set KEY in the environment" in missing(one, {}, gpus=0)
    assert missing(one, {"KEY": "here"}, gpus=0) == ""


@pytest.mark.parametrize(
    ("limits", "gpus", "words"),
    [
        ({"cpu": "64", "memory": "1Ti"}, 0, ""),
        ({"nvidia.com/gpu": "1"}, 1, ""),
        ({"nvidia.com/gpu": "1"}, 0, "this machine has no nvidia.com/gpu; run it in a cluster"),
        ({"nvidia.com/gpu": "2"}, 1, "this machine has 1 nvidia.com/gpu; run it in a cluster"),
        ({"amd.com/gpu": "1"}, 1, "this machine has no amd.com/gpu; run it in a cluster"),
    ],
)
def test_what_this_machine_lacks_is_said(limits: dict[str, str], gpus: int, words: str) -> None:
    said = missing(job("", resources={"limits": limits}), {}, gpus)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_a_claim_is_said_to_be_missing() -> None:
    one = job("")
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "clicks"}}
    one["spec"]["template"]["spec"]["volumes"] = [claim]
    assert "no PersistentVolumeClaim 'clicks'" in missing(one, {}, gpus=0)


def test_a_task_comes_through_as_it_was_written() -> None:
    written = {"name": "price in $", "id": {"separator": "$$"}}
    data = {**PREPARE, "prepare": {**PREPARE["prepare"]}}
    data["prepare"]["columns"] = [
        written,
        {"name": "$(HOME)", "id": {}},
    ]
    asked = demo(data)
    stage = asked.spec.stages[0]
    gang = stage.value.gangs()[0]
    manifest = role_of(asked, stage, gang, gang.roles[0], 0, (), SITE)[-1]
    task = json.loads(variables(manifest, HOME="/home")["HONE_TASK"])
    columns = task["run"]["prepare"]["columns"]
    assert [column["name"] for column in columns] == ["price in $", "$(HOME)"]
    assert columns[0]["id"]["separator"] == "$$"


def test_a_stage_that_is_too_large_for_a_variable_is_read_from_a_file() -> None:
    config, manifest = settled(large()).create
    said = variables(manifest)
    path = Path(said["HONE_TASK_FILE"])
    assert path.is_relative_to(FOLDERS.scratch)
    [volume] = [v for v in manifest["spec"]["template"]["spec"]["volumes"] if "configMap" in v]
    [(place, content)] = mounted(volume, {config["metadata"]["name"]: config})
    assert FOLDERS.scratch / place == path
    told = json.loads(said["HONE_TASK"]) | json.loads(content)
    assert told["run"] == {"prepare": large().spec.stages[0].value.dump()}
