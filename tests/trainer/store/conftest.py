"""A folder and a bucket, for tests of what holds in both."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from lab import probes, processes
from lab.pytest_plugin import binary

KEY, SECRET = "hone-tests", "never-to-be-printed"


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a real S3 server with one bucket, ``models``."""
    gateway = binary("versitygw")
    folder = tmp_path_factory.mktemp("s3")
    (folder / "data" / "models").mkdir(parents=True)
    (port,) = probes.free_ports(1)
    command: list[str | Path] = [
        gateway,
        "--access",
        KEY,
        "--secret",
        SECRET,
        "--port",
        f"127.0.0.1:{port}",
    ]
    server = processes.start("s3", [*command, "posix", folder / "data"], folder)
    try:
        server.await_ready(probes.listening("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.api)])
def store(request: pytest.FixtureRequest, tmp_path: Path, keys: None) -> ArtifactStore:
    if request.param == "folder":
        return open_store(Store(uri=str(tmp_path / "artifacts")))
    place = f"s3://models/{time.monotonic_ns()}"
    return open_store(Store(uri=place, endpoint=request.getfixturevalue("s3")))
