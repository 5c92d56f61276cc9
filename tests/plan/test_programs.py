"""What a container runs and is told: nothing of ours in a program of others, but its contract."""

import json
from typing import Any

import pytest

from hone.plan import names
from hone.plan.manifests import role_of
from hone.plan.site import Site
from hone_trainer.contract.stage import Gang
from tests.plan.builders import PREPARE, SITE, done, job, seen, settled
from tests.plan.test_custom import CHIEF, SERVER, WATCHER, WORKERS, custom, made
from tests.plan.test_manifests import container_of, pod_of, variables


@pytest.mark.parametrize(
    ("words", "role", "command"),
    [
        ({}, {}, ["python", "train.py"]),
        ({"args": ["--fast"]}, {}, ["python", "train.py", "--fast"]),
        ({"args": ["--fast"]}, {"args": []}, ["python", "train.py"]),
        ({"args": ["--fast"]}, {"args": ["--slow"]}, ["python", "train.py", "--slow"]),
        ({"args": ["--fast"]}, {"command": ["serve"]}, ["serve"]),
        ({"args": ["--fast"]}, {"command": ["serve"], "args": ["-v"]}, ["serve", "-v"]),
        ({"args": ["$(HONE_ROLE)", "$$"]}, {}, ["python", "train.py", "$(HONE_ROLE)", "$$"]),
    ],
)
def test_the_command_is_the_users(
    words: dict[str, Any], role: dict[str, Any], command: list[str]
) -> None:
    container = container_of(made(custom({"name": "worker", **role}, **words)))
    assert container["command"] == command
    assert "args" not in container
    assert container["image"] == "shop/trainer:1"


def test_nothing_of_ours_is_inside() -> None:
    said = variables(made(custom()))
    assert "HONE_TASK" not in said
    assert not [name for name in said if name.startswith(("TF_", "PYTHON"))]
    assert (said["HOME"], said["TMPDIR"]) == ("/tmp", "/tmp")


def test_a_program_is_told_all_of_the_contract() -> None:
    artifacts = {
        "uri": "s3://models/$(shop)/",
        "endpoint": "http://s3.storage:7070",
        "region": "eu-1",
        "credentials": {"secretName": "keys"},
    }
    whole = custom(SERVER, CHIEF)
    whole = job(
        whole.spec.stages[0].model_dump(by_alias=True, exclude_none=True),
        artifacts=artifacts,
        seed=7,
    )
    manifest = made(whole, 1, attempt=3, site=Site(progress_url="http://hone/v1/progress"))
    said = variables(manifest)
    index = said.pop("HONE_INDEX")["fieldRef"]["fieldPath"]
    assert index == f"metadata.labels['{names.INDEX}']"
    home = "s3://models/$$(shop)/shop/demo/uid-1/own/0"
    assert {name: value for name, value in said.items() if name.startswith(("HONE", "AWS"))} == {
        "HONE_NAMESPACE": "shop",
        "HONE_JOB": "demo",
        "HONE_STAGE": "own",
        "HONE_MEMBER": "0",
        "HONE_ROLE": "ps",
        "HONE_ATTEMPT": "3",
        "HONE_SEED": "7",
        "HONE_OUTPUT_URI": f"{home}/3/output",
        "HONE_CHECKPOINT_URI": f"{home}/checkpoints",
        "HONE_SOURCES": "[]",
        "HONE_TERMINATION_LOG": "/dev/termination-log",
        "HONE_TOKEN_FILE": "/var/run/secrets/hone/token",
        "HONE_PROGRESS_URL": "http://hone/v1/progress",
        "AWS_ENDPOINT_URL": "http://s3.storage:7070",
        "AWS_REGION": "eu-1",
    }
    assert container_of(manifest)["envFrom"] == [{"secretRef": {"name": "keys"}}]


def test_what_nobody_said_is_no_variable() -> None:
    said = variables(made(custom()))
    for name in ("HONE_PROGRESS_URL", "AWS_ENDPOINT_URL", "AWS_REGION", "TF_CONFIG"):
        assert name not in said


def test_what_earlier_stages_made_is_told() -> None:
    own = custom().spec.stages[0].model_dump(by_alias=True, exclude_none=True)
    whole = job(PREPARE, own)
    after = settled(whole, seen(settled(whole).status, *done()))
    (manifest,) = settled(whole, seen(after.status, *done())).create
    (source,) = json.loads(variables(manifest)["HONE_SOURCES"])
    assert (source["stage"], source["makes"]) == ("data", "dataset")
    assert source["manifest"]["uri"] == "s3://models/manifest"


def test_peers_are_found_on_the_port_that_was_asked_for() -> None:
    manifest = made(custom(CHIEF, WORKERS, SERVER, WATCHER, port=4000), 3)
    config = json.loads(variables(manifest)["TF_CONFIG"].replace("$(TF_TASK_INDEX)", "0"))
    assert config["task"] == {"type": "evaluator", "index": 0}
    assert {role: len(hosts) for role, hosts in config["cluster"].items()} == {
        "chief": 1,
        "worker": 2,
        "ps": 1,
    }
    assert all(host.endswith(":4000") for hosts in config["cluster"].values() for host in hosts)
    assert pod_of(manifest)["subdomain"] == "demo-gang"


def test_the_end_of_the_log_stands_in_for_a_report() -> None:
    assert container_of(made(custom()))["terminationMessagePolicy"] == "FallbackToLogsOnError"
    prepare = role_of(job(), job().spec.stages[0], Gang(), Gang().roles[0], 0, (), SITE)[-1]
    assert container_of(prepare)["terminationMessagePolicy"] == "File"
