"""Environment variables: what comes along, and what is never repeated."""

from typing import Any

import pytest

from hone.migrate.notes import lines
from hone.migrate.reading import CannotConvert
from tests.migrate.builders import BOX, dropped, note, notes, one, stage

SECRET = {"secretKeyRef": {"name": "warehouse", "key": "password"}}


def env(*entries: dict[str, Any]) -> Any:
    return one(box={"env": list(entries)})


@pytest.mark.parametrize(
    ("entry", "becomes"),
    [
        ({"name": "RATE", "value": "0.1"}, {"name": "RATE", "value": "0.1"}),
        ({"name": "RATE", "value": ""}, {"name": "RATE", "value": ""}),
        ({"name": "RATE"}, {"name": "RATE", "value": ""}),
        ({"name": "URL", "value": "$(HOST)/a"}, {"name": "URL", "value": "$(HOST)/a"}),
        (
            {"name": "PASSWORD", "valueFrom": SECRET},
            {"name": "PASSWORD", "secretKey": {"name": "warehouse", "key": "password"}},
        ),
    ],
)
def test_a_variable_comes_along(entry: dict[str, Any], becomes: dict[str, Any]) -> None:
    done = env(entry)
    assert stage(done)["env"] == [becomes]
    assert not dropped(done)


def test_variables_keep_their_order() -> None:
    names = ["B", "A", "C"]
    found = stage(env(*({"name": name, "value": "1"} for name in names)))["env"]
    assert [each["name"] for each in found] == names


@pytest.mark.parametrize("name", ["TF_CONFIG", "TF_TASK_INDEX", "HONE_ROLE"])
def test_what_hone_sets_is_not_set_twice(name: str) -> None:
    done = env({"name": name, "value": "{}"})
    assert "env" not in stage(done)
    assert "set by Hone" in note(done, f"{BOX}.env[{name}]").text


@pytest.mark.parametrize("name", ["my-rate", "a.b", "1ST"])
def test_a_name_that_shells_cannot_say_is_explained(name: str) -> None:
    done = env({"name": name, "value": "1"})
    assert "env" not in stage(done)
    assert "underscores" in note(done, f"{BOX}.env[{name}]").text


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ({"fieldRef": {"fieldPath": "metadata.name"}}, "$(HONE_INDEX)"),
        ({"fieldRef": {"fieldPath": "metadata.namespace"}}, "HONE_"),
        ({"fieldRef": {"fieldPath": "status.podIP"}}, "HONE_"),
        ({"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}, "HONE_"),
        ({"configMapKeyRef": {"name": "a", "key": "b"}}, "write its value here"),
        ({"resourceFieldRef": {"resource": "limits.cpu"}}, "the one under resources"),
        ({"fileKeyRef": {"path": "a", "key": "b"}}, "write its value here"),
        ({"fromTheMoon": {}}, "write a fixed value here"),
    ],
)
def test_other_sources_stay_behind_with_a_remedy(origin: dict[str, Any], words: str) -> None:
    done = env({"name": "IT", "valueFrom": origin})
    assert "env" not in stage(done)
    assert words in note(done, f"{BOX}.env[IT].valueFrom").text


def test_a_secret_that_may_be_missing_is_waited_for() -> None:
    done = env(
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}}
    )
    assert stage(done)["env"] == [{"name": "A", "secretKey": {"name": "s", "key": "k"}}]
    assert dropped(done) == {f"{BOX}.env[A].valueFrom.secretKeyRef.optional"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("DB_PASSWORD", True),
        ("db_passwd", True),
        ("API_KEY", True),
        ("APIKEY", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("HF_TOKEN", True),
        ("KEYBOARD", False),
        ("RATE", False),
    ],
)
def test_a_secret_in_plain_sight_is_kept_and_named(name: str, told: bool) -> None:
    done = env({"name": name, "value": "hunter2"})
    assert stage(done)["env"] == [{"name": name, "value": "hunter2"}]
    found = notes(done, f"{BOX}.env[{name}]")
    assert ["secretKey" in each.text for each in found] == [True] * told


def test_no_value_is_ever_repeated() -> None:
    done = env(
        {"name": "DB_PASSWORD", "value": "hunter2"},
        {"name": "TF_CONFIG", "value": "hunter2"},
        {"name": "a-b", "value": "hunter2", "comment": "hunter2"},
        {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "hunter2", "key": "hunter2"}}},
    )
    assert "hunter2" not in "\n".join(lines(done.notes))


def test_whole_sources_are_named_one_by_one() -> None:
    done = one(box={"envFrom": [{"secretRef": {"name": "a"}}, {"configMapRef": {"name": "b"}}]})
    assert "by secretKey" in note(done, f"{BOX}.envFrom[0]").text
    assert "by value" in note(done, f"{BOX}.envFrom[1]").text


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"A": "1"}, f"{BOX}.env: must be a list; write a hyphen"),
        (["A=1"], f"{BOX}.env[0]: must hold `key: value` pairs"),
        ([{"value": "1"}], f"{BOX}.env[0].name: missing; give the entry a name"),
        ([{"name": "A", "valueFrom": "x"}], f"{BOX}.env[A].valueFrom: must hold"),
    ],
)
def test_a_list_that_cannot_be_read_is_explained(raw: Any, words: str) -> None:
    with pytest.raises(CannotConvert) as refused:
        one(box={"env": raw})
    assert str(refused.value).startswith(words)
