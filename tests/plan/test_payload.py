"""A stage that is too large for a variable reaches its pods in a ConfigMap, if one holds it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.job import OptimizationJob
from hone.plan import names
from hone.plan.manifests import Manifest
from hone.plan.rejection import Rejection, held_up
from hone_trainer.contract.assignment import FILE_LIMIT, Assignment
from tests.plan.builders import (
    PREPARE,
    at,
    child,
    done,
    gang_train,
    job,
    on_record,
    seen,
    settled,
)
from tests.plan.test_manifests import container_of, pod_of, variables

LINUX = 128 * 1024
"""Bytes that a variable may have, its name included."""


def large(kib: int = 200, word: str = "x") -> OptimizationJob:
    """A job whose first stage has about so many KiB."""
    values = [f"{number:04}{(word * 252)[:252]}" for number in range(kib * 4)]
    hold = [
        {"allowed": {"column": "user", "values": values[start : start + 1024]}}
        for start in range(0, len(values), 1024)
    ]
    prepare = {**PREPARE["prepare"], "clean": [{"rules": {"hold": hold}}]}
    return job({**PREPARE, "prepare": prepare})


def made(whole: OptimizationJob) -> tuple[Manifest, ...]:
    return settled(whole).create


def given(config: Manifest, pod: Manifest) -> Assignment:
    """What a pod reads, as the kubelet hands it over."""
    said = {name: str(value).replace("$$", "$") for name, value in variables(pod).items()}
    return Assignment.model_validate(
        json.loads(said["HONE_TASK"]) | json.loads(config["data"][FILE])
    )


FILE = "payload.json"


def test_a_large_stage_comes_in_a_config_map_before_its_job() -> None:
    config, pod = made(large())
    assert (config["kind"], pod["kind"]) == ("ConfigMap", "Job")
    assert config["immutable"]
    assert config["metadata"]["ownerReferences"] == pod["metadata"]["ownerReferences"]
    [volume] = [each for each in pod_of(pod)["volumes"] if "configMap" in each]
    assert volume["configMap"]["name"] == config["metadata"]["name"]
    [mount] = [m for m in container_of(pod)["volumeMounts"] if m["name"] == volume["name"]]
    assert variables(pod)["HONE_TASK_FILE"] == f"{mount['mountPath']}/{FILE}"
    for name, value in variables(pod).items():
        assert len(f"{name}={value}\0".encode()) < LINUX


def test_nothing_of_it_is_lost() -> None:
    whole = large(word="$(HOME)é")
    config, pod = made(whole)
    task = given(config, pod)
    assert task.run == {"prepare": whole.spec.stages[0].value.dump()}
    assert (task.job, task.uid, task.stage) == ("demo", "uid-1", "data")


def test_a_small_stage_needs_none() -> None:
    [pod] = made(large(40))
    assert pod["kind"] == "Job"
    assert "HONE_TASK_FILE" not in variables(pod)
    assert not [each for each in pod_of(pod)["volumes"] if "configMap" in each]


def test_another_content_has_another_name_that_fits() -> None:
    first, second = made(large())[0], made(large(word="y"))[0]
    assert first["metadata"]["name"] != second["metadata"]["name"]
    assert made(large())[0] == first
    longest = names.payload("j" * 48, "s" * 24, "content")
    assert len(longest) < 253


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let variables hold next to nothing."""
    monkeypatch.setattr("hone_trainer.contract.assignment.VARIABLE_LIMIT", 100)
    monkeypatch.setattr("hone.plan.programs.VARIABLE_LIMIT", 100)


@pytest.mark.usefixtures("narrow")
def test_several_gangs_share_one() -> None:
    whole = job(PREPARE, gang_train(members=3))
    begun = settled(whole, seen(settled(whole).status, *done()))
    assert [each["kind"] for each in begun.create] == ["ConfigMap", "Job", "Job", "Job"]


@pytest.mark.usefixtures("narrow")
def test_code_of_others_reads_its_sources_from_a_file() -> None:
    own = {"name": "own", "image": "shop:1", "custom": {"command": ["train"]}}
    whole = job(PREPARE, own)
    begun = settled(whole, seen(settled(whole).status, *done()))
    config, pod = begun.create
    said = variables(pod)
    assert "HONE_SOURCES" not in said
    assert said["HONE_SOURCES_FILE"] == f"/etc/hone/{FILE}"
    [source] = json.loads(config["data"][FILE])
    assert source["stage"] == "data"


def test_it_is_asked_for_as_long_as_its_job_is_missing() -> None:
    status = settled(large()).status
    there = on_record(status, child())
    assert [each["kind"] for each in settled(large(), seen(status)).create] == ["ConfigMap", "Job"]
    assert not settled(large(), seen(there, child())).create


@pytest.mark.parametrize(("kib", "taken"), [(800, True), (920, False)])
def test_what_no_config_map_holds_is_refused_with_its_field(kib: int, taken: bool) -> None:
    if taken:
        config, pod = made(large(kib))
        assert len(json.dumps(config)) < 1024 * 1024
        assert given(config, pod)
        return
    words = r"stages\[0\]\.prepare: has 9\d\d KiB, and a pod is given 900 at most; shorten"
    with pytest.raises(ValidationError, match=words):
        large(kib)
    assert FILE_LIMIT == 900 * 1024


def test_a_config_map_that_is_refused_holds_up_its_stage() -> None:
    whole = large()
    status = settled(whole).status
    config: dict[str, Any] = made(whole)[0]
    world = held_up(seen(status), [Rejection(config, "exceeded quota: configmaps")], at(0))
    assert "refused ConfigMap demo-data-" in settled(whole, world).status.stages[0].message
