"""One contract for folders and buckets, and what people read when storage fails."""

import hashlib
import os
from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Artifact, StageFailure, Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from lab import probes
from tests.trainer.store.conftest import KEY, SECRET


def test_what_is_put_can_be_read_listed_and_deleted(store: ArtifactStore) -> None:
    assert store.list("job") == []
    store.put("job/b", b"2")
    store.put("job/a/x", b"1")
    store.put("jobs/other", b"3")
    store.put("job/b", b"two")
    assert store.get("job/b") == b"two"
    assert store.list("job") == ["job/a/x", "job/b"]
    store.delete("job/b")
    store.delete("job/b")
    assert store.list("job") == ["job/a/x"]
    assert store.uri("job/b") == f"{store.root}/job/b"


def test_only_one_creates(store: ArtifactStore) -> None:
    assert store.create("manifest.json", b"first")
    assert not store.create("manifest.json", b"second")
    assert store.get("manifest.json") == b"first"


def test_a_large_object_is_whole(store: ArtifactStore) -> None:
    data = os.urandom(11 << 20)
    store.put("large", data)
    assert store.create("larger", data)
    assert store.get("large") == store.get("larger") == data


def test_an_artifact_is_checked(store: ArtifactStore) -> None:
    store.put("a", b"data")
    artifact = Artifact(
        name="a", uri=store.uri("a"), sha256=hashlib.sha256(b"data").hexdigest(), size_bytes=4
    )
    assert store.fetch(artifact) == b"data"
    store.put("a", b"tampered")
    with pytest.raises(StageFailure, match="digest differs") as caught:
        store.fetch(artifact)
    assert caught.value.reason == "ArtifactDamaged"
    store.delete("a")
    with pytest.raises(StageFailure, match=r"was removed since it was committed: run") as caught:
        store.fetch(artifact)
    assert caught.value.reason == "ArtifactMissing"


def test_an_address_elsewhere_is_reached(store: ArtifactStore) -> None:
    beside = open_store(store.settings.model_copy(update={"uri": f"{store.root}-raw"}))
    beside.put("clicks.csv", b"x")
    assert store.read(f"{store.root}-raw/clicks.csv") == b"x"


def test_what_is_not_there_is_named(store: ArtifactStore) -> None:
    store.put("a", b"")
    with pytest.raises(StageFailure, match=r"nothing.*spec\.artifacts\.uri") as caught:
        store.get("nothing")
    assert caught.value.reason == "InputNotFound"
    assert not caught.value.retry


def test_other_schemes_are_refused() -> None:
    with pytest.raises(StageFailure, match="s3://bucket/prefix or a path"):
        open_store(Store(uri="ftp://somewhere/models"))


def test_a_file_uri_is_a_folder(tmp_path: Path) -> None:
    open_store(Store(uri=f"file://{tmp_path}/x")).put("a", b"1")
    assert (tmp_path / "x" / "a").read_bytes() == b"1"


def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StageFailure, match=r"spec\.artifacts\.uri"):
        open_store(Store(uri=str(tmp_path / "file"))).put("a", b"1")


@pytest.mark.parametrize(
    ("uri", "environ", "reason", "field"),
    [
        ("s3://nowhere/p", {}, "BucketNotFound", "spec.artifacts.uri"),
        ("s3://models/p", {"AWS_ACCESS_KEY_ID": "someone"}, "StorageForbidden", "secretName"),
        ("s3://models/p", {"AWS_SECRET_ACCESS_KEY": "guess"}, "StorageForbidden", "secretName"),
        ("s3://models/p", {"AWS_ACCESS_KEY_ID": ""}, "StorageForbidden", "secretName"),
    ],
)
@pytest.mark.parametrize("act", ["get", "put", "create", "list"])
def test_a_refusal_names_the_field(
    s3: str,
    keys: None,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    uri: str,
    environ: dict[str, str],
    reason: str,
    field: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    store = open_store(Store(uri=uri, endpoint=s3))
    with pytest.raises(StageFailure) as caught:
        getattr(store, act)("a", *([b"1"] if act in ("put", "create") else []))
    assert caught.value.reason == reason
    assert field in caught.value.message
    assert not caught.value.retry
    for secret in (KEY, SECRET, "guess", "someone"):
        assert secret not in caught.value.message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_endpoint_that_is_not_there_is_worth_another_try(
    keys: None, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hone_trainer.store.artifact_store.FIRST_PATIENCE_S", 1.0)
    monkeypatch.setattr("hone_trainer.store.artifact_store.PAUSE_S", 0.2)
    (port,) = probes.free_ports(1)
    endpoint = f"{scheme}://127.0.0.1:{port}"
    with pytest.raises(StageFailure, match=r"spec\.artifacts\.endpoint") as caught:
        open_store(Store(uri="s3://models/p", endpoint=endpoint)).put("a", b"1")
    assert caught.value.reason == "StorageUnreachable"
    assert caught.value.retry


class Flaky:
    """A store whose server is away for so many calls."""

    def __init__(self, away: int) -> None:
        self.away = away

    def act(self) -> bytes:
        if self.away > 0:
            self.away -= 1
            raise OSError("error sending request: connection refused")
        return b"here"


class VirtualClock:
    """The store's own: threads that other tests leave behind go on by the real one."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_server_that_was_there_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of absence, in virtual time."""
    clock = VirtualClock()
    monkeypatch.setattr("hone_trainer.store.artifact_store.time", clock)
    told: list[str] = []
    store = open_store(Store(uri="s3://models/p", endpoint="http://127.0.0.1:1"))
    store.say = told.append
    assert store._reach("a", Flaky(0).act) == b"here"
    assert store._reach("a", Flaky(30).act) == b"here"
    assert clock.now >= 60
    assert any("waiting for the storage" in words for words in told)


def test_a_server_that_never_answered_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = VirtualClock()
    monkeypatch.setattr("hone_trainer.store.artifact_store.time", clock)
    store = open_store(Store(uri="s3://models/p", endpoint="http://127.0.0.1:1"))
    with pytest.raises(StageFailure):
        store._reach("a", Flaky(1000).act)
    assert 16 <= clock.now < 30
