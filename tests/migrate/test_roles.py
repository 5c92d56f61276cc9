"""Roles: which there are, and what they have in common."""

from typing import Any

import pytest

from hone.migrate.reading import CannotConvert
from tests.migrate.builders import ROLES, custom, dropped, note, notes, role, several, stage

LIMITS = {"limits": {"cpu": "1"}}


def named(specs: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["name"], each["replicas"]) for each in custom(several(specs))["roles"]]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("Chief", "chief"),
        ("chief", "chief"),
        ("Master", "chief"),
        ("MASTER", "chief"),
        ("Worker", "worker"),
        ("worker", "worker"),
    ],
)
def test_a_leading_role_is_known_in_any_case(key: str, name: str) -> None:
    assert named({key: role()}) == [(name, 1)]


@pytest.mark.parametrize(
    ("key", "name"),
    [("PS", "ps"), ("Ps", "ps"), ("Evaluator", "evaluator"), ("EVALUATOR", "evaluator")],
)
def test_a_serving_role_is_known_in_any_case(key: str, name: str) -> None:
    assert named({"Worker": role(), key: role(replicas=2)}) == [("worker", 1), (name, 2)]


def test_the_leading_role_stands_first() -> None:
    specs = {name: role() for name in ("Evaluator", "PS", "Worker", "Chief")}
    assert [name for name, _ in named(specs)] == ["chief", "worker", "ps", "evaluator"]


@pytest.mark.parametrize(("said", "becomes"), [(None, 1), (1, 1), (5, 5)])
def test_replicas_are_one_where_nothing_is_said(said: int | None, becomes: int) -> None:
    assert named({"Worker": role(replicas=said)}) == [("worker", becomes)]


def test_a_role_without_pods_is_left_out() -> None:
    done = several({"Worker": role(), "PS": role(replicas=0)})
    assert [each["name"] for each in custom(done)["roles"]] == ["worker"]
    assert "left out" in note(done, f"{ROLES}.PS").text


def test_a_master_is_a_chief_and_says_so() -> None:
    done = several({"Master": role(), "Worker": role()})
    assert note(done, f"{ROLES}.Master").became == "spec.stages[0].custom.roles[chief]"


@pytest.mark.parametrize(
    ("specs", "words"),
    [
        (None, f"{ROLES}: missing; a TFJob of version v1 lists"),
        ({}, f"{ROLES}: missing; a TFJob of version v1 lists"),
        ([], f"{ROLES}: must hold `key: value` pairs"),
        ({"Eval": role()}, f"{ROLES}.Eval: unknown; write Chief, Worker, PS or Evaluator"),
        ({"PS": role()}, f"{ROLES}: neither Chief nor Worker; add"),
        ({"PS": role(), "Worker": role(replicas=0)}, f"{ROLES}: neither Chief nor Worker"),
        ({"Chief": role(), "Master": role()}, f"{ROLES}.Master: the chief is there twice"),
        ({"worker": role(), "Worker": role()}, f"{ROLES}.Worker: the worker is there twice"),
        ({"Worker": "two"}, f"{ROLES}.Worker: must hold `key: value` pairs"),
        ({"Worker": None}, f"{ROLES}.Worker.template.spec.containers: missing"),
        ({"Worker": {"template": 3}}, f"{ROLES}.Worker.template: must hold"),
    ],
)
def test_roles_that_cannot_be_read_are_explained(specs: Any, words: str) -> None:
    from hone.migrate.tfjob import Wishes, convert

    raw = {"metadata": {"name": "a"}, "spec": {"tfReplicaSpecs": specs}}
    with pytest.raises(CannotConvert) as refused:
        convert(raw, Wishes())
    assert str(refused.value).startswith(words)


def test_what_all_roles_say_is_the_stages() -> None:
    found = stage(
        several({"Chief": role({"resources": LIMITS}), "PS": role({"resources": LIMITS})})
    )
    assert found["resources"] == LIMITS
    assert "roles" not in found


def test_what_differs_is_the_roles() -> None:
    other = {"limits": {"cpu": "4"}}
    found = stage(
        several(
            {
                "Chief": role({"resources": LIMITS}),
                "Worker": role({"resources": other, "image": "shop/other:1"}),
                "PS": role({"resources": LIMITS}),
            }
        )
    )
    assert "resources" not in found
    assert "image" not in found
    assert found["roles"] == [
        {"role": "chief", "image": "shop/train:1", "resources": LIMITS},
        {"role": "worker", "image": "shop/other:1", "resources": other},
        {"role": "ps", "image": "shop/train:1", "resources": LIMITS},
    ]


def test_what_one_role_alone_says_holds_for_no_other() -> None:
    found = stage(several({"Worker": role({"resources": LIMITS}), "PS": role()}))
    assert "resources" not in found
    assert found["roles"] == [{"role": "worker", "resources": LIMITS}]


def test_a_role_that_differs_in_nothing_is_not_listed() -> None:
    specs = {"Chief": role(), "Worker": role(), "PS": role(pod={"nodeSelector": {"disk": "ssd"}})}
    assert stage(several(specs))["roles"] == [{"role": "ps", "nodeSelector": {"disk": "ssd"}}]


def test_every_role_tells_its_own_losses() -> None:
    specs = {"Worker": role({"tty": True}), "PS": role({"tty": True})}
    assert dropped(several(specs)) == {
        f"{ROLES}.{name}.template.spec.containers[tensorflow].tty" for name in ("Worker", "PS")
    }


@pytest.mark.parametrize(
    ("specs", "policy", "kind", "words"),
    [
        ({"Worker": role(replicas=2)}, "AllWorkers", "changed", "that is what Hone does"),
        ({"Worker": role(replicas=2)}, "", "check", "where it was worker 0 alone"),
        ({"Worker": role(replicas=2)}, None, "check", "where it was worker 0 alone"),
        ({"Worker": role()}, None, None, ""),
        ({"Chief": role(), "Worker": role()}, None, None, ""),
        ({"Chief": role(), "Worker": role()}, "AllWorkers", "dropped", "The chief's end"),
    ],
)
def test_whose_end_is_the_jobs_is_told(
    specs: dict[str, Any], policy: str | None, kind: str | None, words: str
) -> None:
    found = notes(several(specs, successPolicy=policy), "spec.successPolicy")
    assert [each.kind for each in found] == ([kind] if kind else [])
    assert all(words.lower() in each.text.lower() for each in found)


@pytest.mark.parametrize(("value", "told"), [(True, True), (False, False), (None, False)])
def test_a_sparse_cluster_is_explained(value: bool | None, told: bool) -> None:
    done = several({"Worker": role()}, enableDynamicWorker=value)
    assert ("spec.enableDynamicWorker" in dropped(done)) is told


@pytest.mark.parametrize(
    ("specs", "told"),
    [
        ({"Worker": role()}, 0),
        ({"Worker": role(replicas=2)}, 1),
        ({"Chief": role(), "Worker": role()}, 1),
        ({"Worker": role(), "Evaluator": role()}, 2),
    ],
)
def test_what_is_new_in_tf_config_is_told_where_there_is_one(specs: Any, told: int) -> None:
    found = [each for each in notes(several(specs), ROLES) if "TF_CONFIG" in each.text]
    assert len(found) == told


def test_a_port_that_any_role_names_is_named() -> None:
    named = {"ports": [{"name": "tfjob-port", "containerPort": 2222}]}
    assert custom(several({"Worker": role(), "Evaluator": role(named)}))["port"] == 2222
