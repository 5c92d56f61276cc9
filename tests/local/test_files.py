"""The record of a local job: same file, same job; one runner at a time; whole files only."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hone.cluster.local_files import Children, Folder, Taken, submit
from hone.cluster.local_process import Trace

NOW = "2030-01-01T00:00:00Z"


def file(name: str = "demo", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"seed": 1, **spec}}


def test_the_same_file_is_the_same_job_and_keeps_its_status() -> None:
    first = submit(None, file(), NOW) | {"status": {"stage": "data"}}
    again = submit(first, file(), "2031-01-01T00:00:00Z")
    assert again == first


def test_another_spec_is_another_job() -> None:
    first = submit(None, file(), NOW) | {"status": {"stage": "data"}}
    other = submit(first, file(seed=2), NOW)
    assert other["metadata"]["uid"] != first["metadata"]["uid"]
    assert "status" not in other
    assert submit(other, file(), NOW)["metadata"]["uid"] == first["metadata"]["uid"]


@pytest.mark.parametrize("field", [{"suspend": True}, {"ttlSecondsAfterFinished": 5}])
def test_what_may_change_changes_the_generation_only(field: dict[str, Any]) -> None:
    first = submit(None, file(), NOW) | {"status": {"stage": "data"}}
    changed = submit(first, file(**field), NOW)
    assert changed["metadata"]["uid"] == first["metadata"]["uid"]
    assert changed["metadata"]["generation"] == 2
    assert changed["status"] == first["status"]


def test_fresh_is_another_job_and_stays_the_one_on_record() -> None:
    first = submit(None, file(), NOW)
    fresh = submit(first, file(), NOW, salt="now")
    assert fresh["metadata"]["uid"] != first["metadata"]["uid"]
    assert submit(fresh, file(), NOW) == fresh


def test_what_was_begun_anew_stays_so_until_it_is_done() -> None:
    """Whoever stops it and goes on wants none of it to be another's, whatever the file says."""
    fresh = submit(None, file(), NOW, salt="now", fresh=True)
    assert fresh["spec"]["reuse"] is False
    assert submit(fresh, file(), NOW) == fresh
    suspended = submit(fresh, file(suspend=True), NOW)
    assert suspended["spec"] == {"seed": 1, "reuse": False, "suspend": True}
    assert submit(suspended, file(), NOW)["spec"] == fresh["spec"]
    assert "reuse" not in submit(fresh, file(seed=2), NOW)["spec"]


def test_children_come_back_as_they_were(tmp_path: Path) -> None:
    children = Children(jobs={"a": {"kind": "Job"}}, traces={"a-0": Trace(1, "boot:1")})
    Folder(tmp_path).write_children(children)
    assert Folder(tmp_path).children() == children


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    job = {"metadata": {"uid": "1"}}
    folder.write_job(job)
    with pytest.raises(TypeError):
        folder.write_job({"metadata": object()})
    assert folder.job() == job


@pytest.mark.slow
def test_a_second_runner_is_refused_by_the_number_of_the_first(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from hone.cluster.local_files import Folder\n"
        f"folder = Folder(Path({str(tmp_path)!r}))\n"
        "folder.lock()\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "locked\n"
        with pytest.raises(Taken, match=rf"process {first.pid}\)"):
            Folder(tmp_path).lock()
        first.kill()
    after = Folder(tmp_path)
    after.lock()
    after.unlock()
