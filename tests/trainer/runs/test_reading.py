"""Runs are found among whatever else lies in a store, and nothing else is taken for one."""

import pytest

from hone_trainer.runs.reading import read, stored
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.runs.records import Pods


def test_the_latest_comes_first_with_all_that_lies_in_its_folder(shelf: ArtifactStore) -> None:
    Pods(shelf, "uid-1").complete()
    later = Pods(shelf, "uid-2")
    later.seconds = 100
    later.run("data")
    shelf.put("shop/clicks/uid-2/data/0/0/rows.arrow", b"x" * 1000)
    second, first = stored(shelf)
    assert (first.run.uid, first.run.state) == ("uid-1", "Complete")
    assert (second.run.uid, second.run.state) == ("uid-2", "Unfinished")
    assert second.size == sum(entry.size for entry in second.entries) > 1000
    assert {entry.path.split("/")[2] for entry in second.entries} == {"uid-2"}


def test_one_job_is_read_alone(shelf: ArtifactStore) -> None:
    Pods(shelf, job="clicks").run("data")
    Pods(shelf, job="clicks2").run("data")
    assert [each.run.job for each in stored(shelf, "shop/clicks")] == ["clicks"]


def test_an_empty_store_has_no_runs(shelf: ArtifactStore) -> None:
    assert stored(shelf) == []


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("shop/clicks/uid-9/run.json", b"{}"),
        ("shop/clicks/uid-9/run.json", b"no JSON"),
        ("shop/clicks/uid-9/deeper/run.json", b"{}"),
        ("run.json", b"{}"),
        ("notes/about/clicks/readme.txt", b"read me"),
    ],
)
def test_whatever_is_no_run_is_passed_over(
    shelf: ArtifactStore, pods: Pods, path: str, content: bytes
) -> None:
    pods.run("data")
    shelf.put(path, content)
    assert [each.run.uid for each in stored(shelf)] == ["uid-1"]


def test_a_record_that_was_moved_elsewhere_is_no_run(shelf: ArtifactStore, pods: Pods) -> None:
    pods.run("data")
    shelf.put("shop/other/uid-1/run.json", shelf.get("shop/clicks/uid-1/run.json"))
    assert [each.run.job for each in stored(shelf)] == ["clicks"]
    assert read(shelf, "shop/other/uid-1") is None


def test_an_attempt_that_cannot_be_read_hides_no_other(shelf: ArtifactStore, pods: Pods) -> None:
    pods.run("data")
    shelf.put("shop/clicks/uid-1/train/0/0/started.json", b"{")
    [found] = stored(shelf)
    assert [step.stage for step in found.run.steps] == ["data"]
