"""What a run is called: the beginning of its uid, its folder, or the latest of a job."""

from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Artifact, Report, StageFailure, Store
from hone_trainer.runs.naming import Latest, below, bundle_uri, find
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.runs.records import Pods


def complete(shelf: ArtifactStore, uid: str, seconds: int = 0, bundle: bool = True) -> None:
    """A complete run whose last member made a bundle."""
    pods = Pods(shelf, uid)
    pods.seconds = seconds
    pods.run("data")
    pods.run("train", member=0)
    keeper = pods.keeper("train", member=1)
    keeper.begin()
    place = shelf.uri(f"shop/clicks/{uid}/train/1/0/bundle/bundle.json")
    made = Artifact(name="bundle/bundle.json", uri=place, sha256="", size_bytes=1)
    keeper.end(Report(artifacts=(made,) if bundle else ()))


@pytest.mark.parametrize(
    ("name", "latest"),
    [
        ("latest:clicks", Latest(".hone/artifacts", "default", "clicks")),
        ("latest:shop/clicks", Latest(".hone/artifacts", "shop", "clicks")),
        ("s3://models/a/latest:clicks", Latest("s3://models/a", "default", "clicks")),
        ("s3://models/latest:shop/clicks", Latest("s3://models", "shop", "clicks")),
        ("/latest:clicks", Latest("/", "default", "clicks")),
        ("../there/latest:clicks", Latest("../there", "default", "clicks")),
        ("latest", None),
        ("a/b/bundle", None),
        ("my-latest:clicks", None),
    ],
)
def test_the_latest_is_named_in_any_store(name: str, latest: Latest | None) -> None:
    assert Latest.read(name) == latest


def test_the_latest_is_the_complete_run_that_ended_last(shelf: ArtifactStore) -> None:
    complete(shelf, "uid-b", 100)
    complete(shelf, "uid-a", 0)
    Pods(shelf, "uid-c").run("data")
    name = f"{shelf.root}/latest:shop/clicks"
    assert find(name, Store(uri="elsewhere"))[1].run.uid == "uid-b"
    assert bundle_uri(name) == f"{shelf.root}/shop/clicks/uid-b/train/1/0/bundle"


def test_the_next_run_becomes_the_latest_once_it_is_complete(shelf: ArtifactStore) -> None:
    complete(shelf, "uid-a")
    name = f"{shelf.root}/latest:shop/clicks"
    later = Pods(shelf, "uid-b")
    later.seconds = 1000
    later.run("data")
    assert find(name, shelf.settings)[1].run.uid == "uid-a"
    later.run("train", member=0)
    later.run("train", member=1)
    assert find(name, shelf.settings)[1].run.uid == "uid-b"


def test_another_address_stays_as_it_is() -> None:
    assert bundle_uri("s3://models/shop/clicks/1/evaluate/0/0/bundle").endswith("/bundle")


@pytest.mark.parametrize("name", ["uid-a", "uid-a1", "uid-", "{root}/shop/clicks/uid-a1"])
def test_a_run_is_named_by_its_uid_or_its_folder(shelf: ArtifactStore, name: str) -> None:
    Pods(shelf, "uid-a1").run("data")
    _, found = find(name.format(root=shelf.root), shelf.settings)
    assert found.run.uid == "uid-a1"
    _, same = find(f"{shelf.root}/shop/clicks/uid-a1/run.json", Store(uri="elsewhere"))
    assert same.run == found.run


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("uid-", "RunUnclear", "uid- may be uid-b, uid-a: write more of it"),
        ("uid-x", "RunNotFound", "has no run uid-x: name one by the beginning of its id, or as"),
        ("uid", "RunNotFound", "has no run uid"),  # three letters are no name
        ("latest:clicks", "RunNotFound", "job default/clicks: it has none of any job"),
        ("latest:shop/clicks", "RunNotFound", "of job shop/clicks: its runs are Unfinished; see"),
        ("s/h/o/p", "RunNotFound", "has no run s/h/o/p"),
    ],
)
def test_what_is_no_name_is_answered_with_what_there_is(
    shelf: ArtifactStore, name: str, reason: str, words: str
) -> None:
    Pods(shelf, "uid-a").run("data")
    later = Pods(shelf, "uid-b")
    later.seconds = 100
    later.run("data")
    with pytest.raises(StageFailure, match=words) as caught:
        find(name, shelf.settings)
    assert caught.value.reason == reason


def test_jobs_that_have_a_latest_run_are_named(shelf: ArtifactStore) -> None:
    complete(shelf, "uid-a")
    with pytest.raises(StageFailure, match="job default/clicks: it has one of shop/clicks; see"):
        find("latest:clicks", shelf.settings)


def test_a_latest_run_without_a_bundle_says_so(shelf: ArtifactStore) -> None:
    complete(shelf, "uid-a", bundle=False)
    with pytest.raises(StageFailure, match="made no bundle: `hone show") as caught:
        bundle_uri(f"{shelf.root}/latest:shop/clicks")
    assert caught.value.reason == "BundleNotFound"


def test_a_store_that_was_moved_keeps_its_bundles(shelf: ArtifactStore) -> None:
    complete(shelf, "uid-a")
    moved = Store(uri=f"{shelf.root}-moved")
    Path(shelf.root).rename(moved.uri)
    found = bundle_uri(f"{moved.uri}/latest:shop/clicks")
    assert found == f"{moved.uri}/shop/clicks/uid-a/train/1/0/bundle"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("{root}/anything", "anything"),
        ("/else/ns/job/uid/data/0/0/manifest.json", "ns/job/uid/data/0/0/manifest.json"),
        ("s3://b/ns/job/uid/train/2/checkpoints/1/x", "ns/job/uid/train/2/checkpoints/1/x"),
        ("/else/rows.csv", ""),
    ],
)
def test_a_file_is_found_below_whatever_the_store_is_called(
    shelf: ArtifactStore, uri: str, path: str
) -> None:
    assert below(uri.format(root=shelf.root), shelf) == path
