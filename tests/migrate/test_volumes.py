"""Volumes and their mounts, which become one."""

from typing import Any

import pytest

from hone.migrate.losses import OTHER_VOLUME, VOLUMES
from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Converted
from tests.migrate.builders import BOX, POD, dropped, note, notes, one, stage

CLAIM = {"persistentVolumeClaim": {"claimName": "clicks"}}
MOUNTS, DECLARED = f"{BOX}.volumeMounts", f"{POD}.volumes"


def mounted(kind: dict[str, Any], *mounts: dict[str, Any], name: str = "data") -> Converted:
    """A pod with one volume, mounted at ``/data`` where nothing else is said."""
    found = [{"name": name, "mountPath": "/data", **each} for each in mounts or ({},)]
    return one(box={"volumeMounts": found}, pod={"volumes": [{"name": name, **kind}]})


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        (CLAIM, CLAIM),
        ({"emptyDir": {}}, {"emptyDir": {}}),
        ({"emptyDir": None}, {"emptyDir": {}}),
        ({}, {"emptyDir": {}}),
        ({"emptyDir": {"sizeLimit": "2Gi"}}, {"emptyDir": {"sizeLimit": "2Gi"}}),
        ({"emptyDir": {"sizeLimit": 1024}}, {"emptyDir": {"sizeLimit": "1024"}}),
        (
            {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        ),
        ({"emptyDir": {"medium": ""}}, {"emptyDir": {}}),
    ],
)
def test_claims_and_empty_folders_come_along(kind: Any, becomes: Any) -> None:
    done = mounted(kind)
    assert stage(done)["volumes"] == [{"name": "data", "mountPath": "/data", **becomes}]
    assert not dropped(done)


@pytest.mark.parametrize("kind", [*VOLUMES, "iscsi"])
def test_other_kinds_stay_behind_with_a_remedy(kind: str) -> None:
    done = mounted({kind: {"any": "thing"}})
    assert "volumes" not in stage(done)
    assert note(done, f"{DECLARED}[data]").text == VOLUMES.get(kind, OTHER_VOLUME)
    assert "see there" in note(done, f"{MOUNTS}[data]").text


def test_a_mount_without_a_volume_is_named() -> None:
    done = one(box={"volumeMounts": [{"name": "data", "mountPath": "/data"}]})
    assert dropped(done) == {f"{MOUNTS}[data]"}


def test_a_volume_that_is_not_mounted_is_named() -> None:
    done = one(pod={"volumes": [{"name": "data", **CLAIM}]})
    assert "no mount of it" in note(done, f"{DECLARED}[data]").text


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("readOnly", True, "ReadOnlyMany"),
        ("subPath", "train", "lengthen the paths"),
        ("subPathExpr", "$(POD)", "lengthen the paths"),
        ("mountPropagation", "HostToContainer", "not seen"),
        ("recursiveReadOnly", "Enabled", "reading and writing"),
        ("colour", "red", "unknown to a mount"),
    ],
)
def test_a_mount_is_whole_and_writable(key: str, value: Any, words: str) -> None:
    done = mounted(CLAIM, {key: value})
    assert stage(done)["volumes"] == [{"name": "data", "mountPath": "/data", **CLAIM}]
    assert words in note(done, f"{MOUNTS}[data].{key}").text


@pytest.mark.parametrize("value", [None, False, ""])
def test_a_mount_that_asks_for_nothing_special_needs_no_word(value: Any) -> None:
    assert not dropped(mounted(CLAIM, {"readOnly": value}))


def test_a_claim_that_is_read_only_is_explained() -> None:
    done = mounted({"persistentVolumeClaim": {"claimName": "a", "readOnly": True}})
    assert "ReadOnlyMany" in note(done, f"{DECLARED}[data].persistentVolumeClaim.readOnly").text


def test_huge_pages_are_no_medium() -> None:
    done = mounted({"emptyDir": {"medium": "HugePages"}})
    assert stage(done)["volumes"] == [{"name": "data", "mountPath": "/data", "emptyDir": {}}]
    assert "Memory" in note(done, f"{DECLARED}[data].emptyDir.medium").text


def test_a_claim_that_is_mounted_twice_is_named_twice() -> None:
    done = mounted(CLAIM, {}, {"mountPath": "/more"}, {"mountPath": "/most"})
    assert stage(done)["volumes"] == [
        {"name": "data", "mountPath": "/data", **CLAIM},
        {"name": "data-2", "mountPath": "/more", **CLAIM},
        {"name": "data-3", "mountPath": "/most", **CLAIM},
    ]
    kinds = [(each.kind, each.became) for each in notes(done, f"{MOUNTS}[data]")]
    assert kinds == [("changed", f"spec.stages[0].volumes[data-{n}]") for n in (2, 3)]


def test_an_empty_folder_that_is_mounted_twice_becomes_two() -> None:
    done = mounted({"emptyDir": {}}, {}, {"mountPath": "/more"})
    found = note(done, f"{MOUNTS}[data]")
    assert (found.kind, found.became) == ("check", "spec.stages[0].volumes[data-2]")
    assert "another empty folder" in found.text


@pytest.mark.parametrize("name", ["scratch", "token"])
def test_names_of_hones_own_volumes_are_left_to_it(name: str) -> None:
    done = mounted(CLAIM, name=name)
    assert stage(done)["volumes"][0]["name"] == f"{name}-2"
    assert "Hone's own" in note(done, f"{MOUNTS}[{name}]").text


@pytest.mark.parametrize("path", ["/tmp", "/tmp/"])
def test_an_empty_folder_for_scratch_is_there_already(path: str) -> None:
    done = mounted({"emptyDir": {}}, {"mountPath": path})
    assert "volumes" not in stage(done)
    found = note(done, f"{MOUNTS}[data]")
    assert (found.kind, found.became) == ("changed", "/tmp")
    assert dropped(done) == {f"{DECLARED}[data]"}


def test_a_claim_cannot_be_mounted_over_it() -> None:
    done = mounted(CLAIM, {"mountPath": "/tmp"})
    assert "volumes" not in stage(done)
    assert "mount the claim elsewhere" in note(done, f"{MOUNTS}[data]").text
    assert "no mount of it" in note(done, f"{DECLARED}[data]").text


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"data": CLAIM}, f"{DECLARED}: must be a list"),
        ([CLAIM], f"{DECLARED}[0].name: missing"),
        ([{"name": "data", "emptyDir": 3}], f"{DECLARED}[data].emptyDir: must hold"),
    ],
)
def test_volumes_that_cannot_be_read_are_explained(raw: Any, words: str) -> None:
    with pytest.raises(CannotConvert) as refused:
        one(pod={"volumes": raw})
    assert str(refused.value).startswith(words)
