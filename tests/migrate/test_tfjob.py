"""The whole job: its head, its one stage, and what holds for every job that moves."""

from typing import Any

import pytest

from hone.migrate.tfjob import Wishes, convert
from tests.migrate.builders import (
    Raw,
    dropped,
    note,
    notes,
    one,
    role,
    several,
    stage,
    tfjob,
)


def test_the_smallest_tfjob_becomes_the_smallest_job() -> None:
    assert one().job == {
        "apiVersion": "hone.dev/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": {"name": "clicks"},
        "spec": {
            "stages": [
                {
                    "name": "train",
                    "image": "shop/train:1",
                    "writableRoot": True,
                    "custom": {
                        "command": ["train"],
                        "roles": [{"name": "worker", "replicas": 1}],
                        "restart": "never",
                    },
                }
            ]
        },
    }


def test_the_stage_begins_with_its_name_and_ends_with_what_it_does() -> None:
    specs = {"Chief": role(pod={"priorityClassName": "a"}), "Worker": role()}
    done = several(specs, runPolicy={"backoffLimit": 2, "ttlSecondsAfterFinished": 5})
    assert list(stage(done)) == ["name", "retries", "image", "writableRoot", "roles", "custom"]
    assert list(done.job["spec"]) == ["ttlSecondsAfterFinished", "stages"]


@pytest.mark.parametrize(("uri", "told"), [("s3://models/shop", False), (None, True)])
def test_a_store_is_what_people_add(uri: str | None, told: bool) -> None:
    done = convert(tfjob(), Wishes(artifacts=uri))
    assert done.job["spec"].get("artifacts") == ({"uri": uri} if uri else None)
    found = [each for each in done.notes if each.became == "spec.artifacts"]
    assert len(found) == told


def test_a_record_of_earlier_runs_stays_behind() -> None:
    done = convert(tfjob() | {"status": {"conditions": [{"type": "Succeeded"}]}}, Wishes())
    assert dropped(done) == {"status"}


def test_a_word_that_nobody_knows_is_named() -> None:
    raw = tfjob(tfreplicaSpecs={"a": 1})
    assert dropped(convert(raw | {"data": {"a": "b"}}, Wishes())) == {"data", "spec.tfreplicaSpecs"}


@pytest.mark.parametrize(
    ("version", "told"), [("kubeflow.org/v1", 0), ("kubeflow.org/v1beta2", 1), (None, 1)]
)
def test_an_older_version_is_read_and_told(version: str | None, told: int) -> None:
    done = convert(tfjob() | {"apiVersion": version}, Wishes())
    assert len(notes(done, "apiVersion")) == told


@pytest.mark.parametrize("roles", [{"Worker": role()}, {"Chief": role(), "PS": role(replicas=3)}])
def test_who_pods_run_as_and_where_they_write_is_always_told(roles: dict[str, Any]) -> None:
    became = {each.became for each in several(roles).notes}
    assert {"spec.stages[0].runAsUser", "spec.stages[0].writableRoot"} <= became


def test_converting_is_deterministic_and_leaves_its_input_alone() -> None:
    def raw() -> Raw:
        return tfjob({"Chief": role({"args": ["a"]}), "Worker": role({"env": [{"name": "A"}]})})

    given = raw()
    assert convert(given, Wishes()) == convert(given, Wishes())
    assert given == raw()


def test_every_note_has_a_field_and_says_something() -> None:
    specs = {"Master": role({"tty": True}, restartPolicy="Always"), "Evaluator": role()}
    done = several(specs, runPolicy={"cleanPodPolicy": "All"})
    for each in done.notes:
        assert each.field
        assert each.text
        assert not each.text.endswith(".")
    assert {each.kind for each in done.notes} == {"changed", "dropped", "check"}
    assert note(done, "spec.runPolicy.cleanPodPolicy").kind == "dropped"
