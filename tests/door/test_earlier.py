"""What earlier runs left is counted, what has gone from it is named, and buckets are let be."""

from pathlib import Path
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.door.earlier import changed, gone, superseded

KEY = Key("shop", "demo")


def recorded(*uris: str | Path | None) -> JobStatus:
    """A status with a stage for each manifest."""
    return JobStatus.model_validate(
        {
            "stages": [
                {"name": "data", "kind": "prepare", "gangs": [{"manifest": manifest}]}
                for uri in uris
                for manifest in [
                    uri and {"name": "m", "uri": str(uri), "sha256": "0" * 64, "sizeBytes": 1}
                ]
            ]
        }
    )


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_first_manifest_that_has_gone_is_named(scheme: str, tmp_path: Path) -> None:
    there, lost, folder = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json"
    there.touch()
    folder.mkdir()
    assert gone(recorded(f"{scheme}{there}", None)) == ""
    assert gone(recorded(None, f"{scheme}{there}", f"{scheme}{lost}", folder)) == str(lost)
    assert gone(recorded(f"{scheme}{folder}")) == str(folder)


def test_a_bucket_is_not_looked_at(tmp_path: Path) -> None:
    assert gone(recorded("s3://models/demo/manifest.json")) == ""
    assert superseded("s3://models", KEY, "uid", JobStatus()) == ""
    assert superseded(str(tmp_path), KEY, "uid", JobStatus()) == ""


def leave(root: Path, uid: str, amount: int, key: Key = KEY) -> None:
    """Leave so many bytes of a job there, below a folder of it."""
    folder = root / key.namespace / key.name / uid / "train" / "0"
    folder.mkdir(parents=True)
    (folder / "model.npz").write_bytes(b"x" * amount)


@pytest.mark.parametrize(
    ("uids", "words"),
    [
        ((), ""),
        (("mine",), ""),
        (("mine", "old"), "an earlier job of this name left 1.0 KiB in "),
        (("old", "older"), "2 earlier jobs of this name left 2.0 KiB in "),
    ],
)
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_what_others_of_the_name_left_is_counted(
    uids: tuple[str, ...], words: str, scheme: str, tmp_path: Path
) -> None:
    for uid in uids:
        leave(tmp_path, uid, 1024)
    leave(tmp_path, "old", 5000, Key("shop", "demo-2"))
    home = tmp_path / "shop" / "demo"
    if uids:
        (home / "note.txt").write_text("of nobody's")
    said = superseded(f"{scheme}{tmp_path}", KEY, "mine", JobStatus())
    left = f"{words}{home} that this one does not use; `hone clean` says what can go"
    assert said == (left if words else "")


def test_what_was_taken_over_is_not_offered_for_removal(tmp_path: Path) -> None:
    for uid in ("mine", "old", "older"):
        leave(tmp_path, uid, 1024)
    used = recorded(f"{tmp_path}/shop/demo/old/train/0/0/manifest.json", None, "/elsewhere/m.json")
    assert superseded(str(tmp_path), KEY, "mine", used).startswith("an earlier job of this name")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"seed": 1, "artifacts": {"uri": "/b"}}, "artifacts go to /b, no longer to /a"),
        ({"seed": 2, "artifacts": {"uri": "/a"}}, "the job was edited since the last run"),
        ({"seed": 2, "artifacts": {"uri": "/b"}}, "the job was edited since the last run"),
    ],
)
def test_another_place_for_artifacts_is_no_edited_job(spec: dict[str, Any], words: str) -> None:
    assert changed({"spec": {"seed": 1, "artifacts": {"uri": "/a"}}}, {"spec": spec}) == words
