"""Who pods run as."""

from typing import Any

import pytest

from hone.migrate.losses import SECURITY
from hone.migrate.tfjob import Converted
from tests.migrate.builders import BOX, POD, ROLES, dropped, note, notes, one, role, several, stage

OF_POD, OF_BOX = f"{POD}.securityContext", f"{BOX}.securityContext"


def secured(pod: dict[str, Any] | None = None, box: dict[str, Any] | None = None) -> Converted:
    return one(box={"securityContext": box}, pod={"securityContext": pod})


@pytest.mark.parametrize(
    ("pod", "box", "user"),
    [
        (None, None, None),
        ({"runAsUser": 1000}, None, 1000),
        (None, {"runAsUser": 1000}, 1000),
        ({"runAsUser": 1000}, {"runAsUser": 2000}, 2000),
        ({"runAsUser": 0}, {"runAsUser": 2000}, 2000),
        ({"runAsUser": 1000}, {"runAsUser": 0}, None),
        ({"runAsUser": 0}, None, None),
    ],
)
def test_the_containers_user_counts_before_the_pods(pod: Any, box: Any, user: int | None) -> None:
    assert stage(secured(pod, box)).get("runAsUser") == user


@pytest.mark.parametrize(
    ("context", "field"), [({"pod": {"runAsUser": 0}}, OF_POD), ({"box": {"runAsUser": 0}}, OF_BOX)]
)
def test_root_is_nobody_here(context: Any, field: str) -> None:
    assert "never run as root" in note(secured(**context), f"{field}.runAsUser").text


@pytest.mark.parametrize(
    ("box", "writable"),
    [
        (None, True),
        ({"readOnlyRootFilesystem": None}, True),
        ({"readOnlyRootFilesystem": False}, True),
        ({"readOnlyRootFilesystem": True}, None),
    ],
)
def test_the_root_may_be_written_to_unless_it_could_not_before(box: Any, writable: Any) -> None:
    done = secured(box=box)
    assert stage(done).get("writableRoot") is writable
    assert bool(notes(done, f"{ROLES}.*.template")) is True


def test_a_writable_root_is_told_once_for_all_roles() -> None:
    done = several({"Worker": role(), "PS": role()})
    found = [each for each in notes(done, f"{ROLES}.*.template") if "writableRoot" in each.became]
    assert len(found) == 1
    assert stage(done)["writableRoot"] is True


def test_roles_may_differ_in_it() -> None:
    locked = role({"securityContext": {"readOnlyRootFilesystem": True}})
    found = stage(several({"Worker": role(), "PS": locked}))
    assert "writableRoot" not in found
    assert found["roles"] == [{"role": "worker", "writableRoot": True}]


@pytest.mark.parametrize("word", SECURITY)
def test_what_hone_decides_is_named(word: str) -> None:
    done = secured(pod={word: {"any": 1}}, box={word: {"any": 1}})
    assert dropped(done) == {f"{OF_POD}.{word}", f"{OF_BOX}.{word}"}
    assert note(done, f"{OF_BOX}.{word}").text == SECURITY[word]


def test_a_setting_that_nobody_knows_is_named() -> None:
    assert "no such setting" in note(secured(pod={"runasuser": 1}), f"{OF_POD}.runasuser").text


@pytest.mark.parametrize("empty", [None, {}, {"runAsUser": None}, {"capabilities": {}}])
def test_what_says_nothing_needs_no_word(empty: Any) -> None:
    assert not dropped(secured(empty, empty))


@pytest.mark.parametrize(("user", "told"), [(None, True), (1000, False)])
def test_that_the_images_user_does_not_count_is_told(user: int | None, told: bool) -> None:
    done = secured({"runAsUser": user})
    found = [each for each in notes(done, f"{ROLES}.*.template") if "65532" in each.text]
    assert len(found) == told
