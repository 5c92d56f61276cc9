"""What the pods that open a run are told of the whole job, and which pods those are."""

import json
from typing import Any

import pytest

from hone.plan import planned as told
from hone.plan.names import Place
from hone.plan.planned import opens, planned
from hone_trainer.contract.assignment import FILE_LIMIT, Assignment
from tests.plan.builders import FUSE, PREPARE, TRAIN, gang_train, job, settled

CUSTOM: dict[str, Any] = {
    "name": "own",
    "image": "registry.example/own:1",
    "custom": {"command": ["true"]},
}


def task_of(manifest: dict[str, Any]) -> Assignment:
    [container] = manifest["spec"]["template"]["spec"]["containers"]
    [text] = [each["value"] for each in container["env"] if each["name"] == "HONE_TASK"]
    return Assignment.model_validate(json.loads(text))


def test_the_first_pods_are_told_the_whole_job() -> None:
    asked = job(PREPARE, TRAIN, seed=5)
    [made] = [each for each in settled(asked).create if each["kind"] == "Job"]
    whole = task_of(made).planned
    assert whole is not None
    assert whole.spec["seed"] == 5
    assert [(s.name, s.kind, s.members) for s in whole.stages] == [
        ("data", "prepare", 1),
        ("train", "train", 1),
    ]
    assert whole.spec["stages"][1]["train"]["epochs"] == 50  # with what nobody said


@pytest.mark.parametrize(
    ("stage", "place", "first"),
    [
        (1, Place("data", 0, "worker", 3), True),
        (0, Place("own", 0, "worker", 0), False),  # it knows nothing of records
        (2, Place("train", 0, "worker", 0), False),
        (2, Place("train", 1, "worker", 0), False),
    ],
)
def test_one_gang_alone_opens_a_run(stage: int, place: Place, first: bool) -> None:
    asked = job(CUSTOM, PREPARE, gang_train(), FUSE)
    assert opens(asked, asked.spec.stages[stage], place) is first


def test_of_several_members_the_first_opens() -> None:
    asked = job(PREPARE, gang_train(), FUSE)
    train = asked.model_copy(
        update={"spec": asked.spec.model_copy(update={"stages": asked.spec.stages[1:]})}
    )
    opened = [
        m for m in (0, 1) if opens(train, train.spec.stages[0], Place("train", m, "worker", 0))
    ]
    assert opened == [0]


def test_values_of_variables_are_not_told() -> None:
    env = [{"name": "PASSWORD", "value": "hush"}]
    roles = [{"role": "worker", "env": env}]
    asked = job(PREPARE | {"env": env, "roles": roles}, defaults={"env": env})
    spec = planned(asked).spec
    assert "hush" not in json.dumps(spec)
    names = [{"name": "PASSWORD"}]
    assert spec["defaults"]["env"] == names
    assert spec["stages"][0]["env"] == spec["stages"][0]["roles"][0]["env"] == names


def test_what_may_be_changed_while_it_runs_is_not_told() -> None:
    settled_in = job(PREPARE, suspend=True, retry=3, ttlSecondsAfterFinished=60)
    assert planned(settled_in) == planned(job(PREPARE))


def test_a_spec_too_large_to_tell_leaves_its_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FILE_LIMIT + told.LIMIT < 1024 * 1024
    monkeypatch.setattr(told, "LIMIT", 100)
    found = planned(job(PREPARE, seed=5))
    assert found.spec == {"seed": 5}
    assert [stage.name for stage in found.stages] == ["data"]
