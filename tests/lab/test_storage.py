"""Object storage: what is put in from outside is what a client gets."""

import json
import stat
import uuid
from pathlib import Path

import pytest

from lab import storage
from lab.storage import Credentials
from lab.testbed import Testbed


def test_credentials_are_new_each_time_and_for_the_owner_only(tmp_path: Path) -> None:
    first = Credentials.create(tmp_path / "s3.json")
    assert Credentials.read(tmp_path / "s3.json") == first
    assert stat.S_IMODE((tmp_path / "s3.json").stat().st_mode) == 0o600
    assert Credentials.create(tmp_path / "s3.json") != first


def test_credentials_do_not_show_themselves(tmp_path: Path) -> None:
    made = Credentials.create(tmp_path / "s3.json")
    assert made.secret_key not in repr(made)


def test_the_service_points_at_the_box_and_not_at_pods() -> None:
    _, service, endpoints = storage.manifests()
    assert "selector" not in json.dumps(service)
    assert endpoints["metadata"] == {
        "name": "s3",
        "namespace": "storage",
        "labels": {"kubernetes.io/service-name": "s3"},
    }


def test_a_file_that_is_put_is_there_whole(tmp_path: Path) -> None:
    source = tmp_path / "clicks.csv"
    source.write_text("user,item\n1,2\n")
    folder = tmp_path / "s3"
    assert storage.put(folder, source, "raw", "a/clicks.csv") == "s3://raw/a/clicks.csv"
    assert (folder / "raw/a/clicks.csv").read_text() == source.read_text()
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["clicks.csv"]


@pytest.mark.realnode
@pytest.mark.slow
def test_a_client_reads_what_was_put_and_commits_once(testbed: Testbed, tmp_path: Path) -> None:
    import obstore
    from obstore.exceptions import AlreadyExistsError
    from obstore.store import S3Store

    source = tmp_path / "clicks.csv"
    source.write_text("user,item\n1,2\n")
    testbed.store.put(source, "raw", "test/clicks.csv")
    keys = testbed.store.credentials
    options = {
        "endpoint": testbed.store.outside,
        "access_key_id": keys.access_key,
        "secret_access_key": keys.secret_key,
        "region": "us-east-1",
        "client_options": {"allow_http": True},
    }
    raw = S3Store("raw", **options)
    assert bytes(obstore.get(raw, "test/clicks.csv").bytes()) == source.read_bytes()
    assert obstore.head(raw, "test/clicks.csv")["e_tag"]
    models = S3Store("models", **options)
    key = f"{uuid.uuid4()}/manifest.json"  # the box outlives this run of the tests
    obstore.put(models, key, b"one", mode="create")
    with pytest.raises(AlreadyExistsError):
        obstore.put(models, key, b"two", mode="create")
