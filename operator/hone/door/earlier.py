"""What earlier runs of a job left, what has gone from it since, and what is different now.

Only folders are looked at: what a bucket holds is its owner's to keep or remove.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.terminal.figures import size


def gone(status: JobStatus) -> str:
    """Return the first manifest on record that is not there any more; empty where all are."""
    for stage in status.stages:
        for gang in stage.gangs:
            path = _path(gang.manifest.uri) if gang.manifest else None
            if path is not None and not path.is_file():
                return str(path)
    return ""


def superseded(uri: str, key: Key, uid: str, status: JobStatus) -> str:
    """Say what other jobs of this name left behind, edited since or begun anew, and this one has
    no part of.
    """
    root = _path(uri)
    if root is None:
        return ""
    home = root / key.namespace / key.name
    used = {uid, *_used(home, status)}
    others = sorted(path for path in _folders(home) if path.name not in used)
    if not others:
        return ""
    amount = sum(file.stat().st_size for each in others for file in each.rglob("*.*"))
    what = "an earlier job" if len(others) == 1 else f"{len(others)} earlier jobs"
    left = f"{what} of this name left {size(amount)} in {home} that this one does not use"
    return f"{left}; `hone clean` says what can go"


def _used(home: Path, status: JobStatus) -> Iterator[str]:
    """Return the folders of other jobs of the name from which something was taken over."""
    for stage in status.stages:
        for gang in stage.gangs:
            path = _path(gang.manifest.uri) if gang.manifest else None
            if path is not None and path.is_relative_to(home):
                yield path.relative_to(home).parts[0]


def worked(job: Mapping[str, Any]) -> bool:
    """Say whether this very job has been at work before, though another is on record."""
    meta = job["metadata"]
    root = _path(job["spec"]["artifacts"]["uri"])
    return root is not None and (root / meta["namespace"] / meta["name"] / meta["uid"]).is_dir()


def changed(old: Mapping[str, Any], job: Mapping[str, Any]) -> str:
    """Say in what a job is another than the one on record."""
    before, now = old["spec"], job["spec"]
    if {**before, "artifacts": now["artifacts"]} != now:
        return "the job was edited since the last run"
    return f"artifacts go to {now['artifacts']['uri']}, no longer to {before['artifacts']['uri']}"


def _path(uri: str) -> Path | None:
    plain = uri.removeprefix("file://")
    return None if "://" in plain else Path(plain)


def _folders(home: Path) -> Iterator[Path]:
    if home.is_dir():
        yield from (path for path in home.iterdir() if path.is_dir())
