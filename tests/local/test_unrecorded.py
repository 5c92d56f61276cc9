"""A record that cannot be kept or read: said once with the remedy, and nothing runs beside it."""

import asyncio
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from hone.cluster.local_files import Folder, Unrecorded
from hone.cluster.port import Gone
from tests.local.builders import DEADLINE, KEY, cluster, job, look, resource


def full(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(Unrecorded, match=r"state/demo: Not a directory; make room for it, or name"):
        Folder(tmp_path / "state/demo").lock()


def test_a_full_disk_leaves_the_old_record_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.write_job(resource())
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unrecorded, match="No space left on device; make room"):
            folder.write_job({})
    assert folder.fault
    assert folder.job() == resource()
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


@pytest.mark.parametrize("name", ["job.json", "children.json"])
@pytest.mark.parametrize("text", ["{", "[]", '{"metadata": {}, "traces": {"a": {}}}'])
def test_a_damaged_record_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    folder = Folder(tmp_path)
    with pytest.raises(Unrecorded, match=rf"{name} is damaged, or of another version of Hone"):
        folder.job() if name == "job.json" else folder.children()


def test_what_a_later_version_adds_to_a_record_is_passed_over(tmp_path: Path) -> None:
    trace: dict[str, Any] = {"pid": 1, "birth": "b", "later": True}
    record = {"traces": {"a": trace}, "later": {}}
    (tmp_path / "children.json").write_text(json.dumps(record))
    assert Folder(tmp_path).children().traces["a"].pid == 1


async def test_no_pod_runs_without_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster(tmp_path)
    seen = await look(here)
    marker = tmp_path / "ran"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("hone.cluster.local_pods._temporary", lambda: str(scratch))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Gone):
        await here.create(KEY, job(f"open({str(marker)!r}, 'w')"))
    with pytest.raises(Gone):
        await here.write_status(KEY, seen, {})
    async with asyncio.timeout(DEADLINE):
        await here.close(1.0)
    assert not marker.exists()
    assert not list(scratch.iterdir())


async def test_a_pod_that_ends_without_a_record_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job("import time; time.sleep(60)"))
    monkeypatch.setattr(os, "fsync", full)
    async with asyncio.timeout(DEADLINE):
        await here.close(5.0)
