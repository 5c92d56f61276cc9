"""Depth 1: the API server is a real one, and goes when it is no longer wanted."""

import os
import time
from pathlib import Path

import pytest

from lab import apiserver, patience
from lab.apiserver import Cluster
from lab.faults import Broken

pytestmark = pytest.mark.api


def test_controllers_make_pods_of_jobs(api_server: Cluster) -> None:
    api_server.kubectl("create", "job", "one", "--image=none")
    deadline = time.monotonic() + patience.seconds(20)
    while "one-" not in api_server.kubectl("get", "pods") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "Pending" in api_server.kubectl("get", "pods")
    api_server.kubectl("delete", "job", "one", "--wait=false")


def test_what_is_not_allowed_is_refused(api_server: Cluster) -> None:
    question = ["auth", "can-i", "list", "secrets", "--as=system:serviceaccount:default:default"]
    assert api_server.kubectl(*question, check=False).strip() == "no"


def test_a_user_of_ones_own_starts_without_rights(api_server: Cluster) -> None:
    assert api_server.plane is not None
    login = api_server.plane.login("somebody", "somebody")
    somebody = Cluster(login, api_server.binary)
    with pytest.raises(Broken, match="forbidden"):
        somebody.kubectl("get", "pods")


def test_wrong_input_says_what_is_wrong(api_server: Cluster) -> None:
    with pytest.raises(Broken, match="not found"):
        api_server.kubectl("get", "pod", "nobody")


@pytest.mark.slow
def test_nothing_is_left_of_it() -> None:
    with apiserver.running() as cluster:
        folder = cluster.kubeconfig.parent
        assert processes_with(folder)
    assert processes_with(folder) == []
    assert not folder.exists()


def test_what_a_killed_owner_left_is_swept_up(tmp_path: Path) -> None:
    left, used = tmp_path / "hone-lab-api-999999999-a", tmp_path / f"hone-lab-api-{os.getpid()}-b"
    left.mkdir()
    used.mkdir()
    apiserver.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [used]


def processes_with(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text()
        except OSError:
            continue
        if str(folder) in words:
            found.append(words)
    return found
