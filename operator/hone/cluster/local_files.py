"""What is on record of one local job: a folder of JSON, each file whole or as it was before.

``job.json`` is the job with its status, as ``kubectl get -o json`` would show it; ``children.json``
holds its Jobs, pods, Services and the traces of their processes.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from hone.api import API_VERSION, KIND
from hone.api.job import MUTABLE
from hone.cluster.local_objects import Object, owner, uid_of
from hone.cluster.local_process import Trace

DIGEST = "hone.dev/spec-digest"
KINDS = ("jobs", "pods", "services", "configs")


class Taken(Exception):
    """Another runner is at work on this job."""


class Unrecorded(Exception):
    """The record of a job cannot be kept or read; the text says where, and what helps."""


@dataclass
class Children:
    """The objects that belong to a job, by name."""

    jobs: dict[str, Object] = field(default_factory=dict)
    pods: dict[str, Object] = field(default_factory=dict)
    services: dict[str, Object] = field(default_factory=dict)
    configs: dict[str, Object] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    """Process of each pod that was started."""

    def pods_of(self, job: str) -> list[Object]:
        """Return the pods of a Job."""
        return [pod for pod in self.pods.values() if owner(pod) == job]


class Folder:
    """The folder of one job."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.fault = ""
        """Why the record could not be kept; empty as long as it could."""
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Take the folder for this process; the lock goes with it, however it ends.

        Raises:
            Taken: another process has it.
            Unrecorded: it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise self.broken(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise Taken(
                f"another `hone run` (process {holder}) is at work in {self.path}; "
                "wait for it, stop it, or use another --state"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def unlock(self) -> None:
        """Let others have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def job(self) -> Object | None:
        """Read the job."""
        found: Object | None = self._read("job.json")
        if found is not None and "uid" not in found.get("metadata", {}):
            raise self._foreign("job.json")
        return found

    def write_job(self, job: Object) -> None:
        """Record the job."""
        self._write("job.json", job)

    def children(self) -> Children:
        """Read the children."""
        raw = self._read("children.json") or {}
        try:
            traces = {
                name: Trace(each["pid"], each["birth"])
                for name, each in raw.get("traces", {}).items()
            }
        except (KeyError, TypeError):
            raise self._foreign("children.json") from None
        kinds = {kind: raw.get(kind, {}) for kind in KINDS}
        return Children(**kinds, traces=traces)

    def write_children(self, children: Children) -> None:
        """Record the children."""
        kinds = {kind: getattr(children, kind) for kind in KINDS}
        traces = {name: vars(trace) for name, trace in children.traces.items()}
        self._write("children.json", {**kinds, "traces": traces})

    def clear(self) -> None:
        """Forget the children, with their logs."""
        (self.path / "children.json").unlink(missing_ok=True)
        for name in ("logs", "pods"):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def broken(self, error: OSError) -> Unrecorded:
        """Return what to raise where the record, or a file beside it, cannot be kept."""
        why = f"{error.filename or self.path}: {error.strerror or error}"
        self.fault = f"{why}; make room for it, or name another folder with --state"
        return Unrecorded(self.fault)

    def _foreign(self, name: str) -> Unrecorded:
        return Unrecorded(
            f"{self.path / name} is damaged, or of another version of Hone; "
            "move it away, or name another folder with --state"
        )

    def log(self, pod: str) -> Path:
        """Return the file that a pod's output goes to."""
        return self._made(self.path / "logs") / f"{pod}.log"

    def pod(self, name: str) -> Path:
        """Return the folder with the files of a pod."""
        return self._made(self.path / "pods" / name)

    def _made(self, path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _read(self, name: str) -> Any:
        try:
            found = json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.broken(error) from None
        except ValueError:
            raise self._foreign(name) from None
        if not isinstance(found, dict):
            raise self._foreign(name)
        return found

    def _write(self, name: str, value: Any) -> None:
        draft = self.path / f".{name}.draft"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with draft.open("w") as file:
                json.dump(value, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path / name)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise self.broken(error) from None


def submit(
    old: Object | None,
    file: Mapping[str, Any],
    now: str,
    salt: str = "",
    *,
    fresh: bool = False,
) -> Object:
    """Return the job to record for a job file.

    The same file is the same job and goes on; another spec under the same name is a new one.

    Args:
        old: the job on record.
        file: what the user wrote.
        now: the time, for a new job.
        salt: makes a new job of the same spec.
        fresh: has a new job take over nothing that others made, whatever the file says.
    """
    meta, spec = file.get("metadata") or {}, dict(file.get("spec") or {})
    namespace, name = meta.get("namespace", "default"), meta["name"]
    fixed = {key: value for key, value in spec.items() if key not in MUTABLE}
    # Only what cannot be changed makes another job.
    digest = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()
    labels = dict(meta.get("labels") or {})
    if not salt and old is not None and _digest(old) == digest:
        spec = {key: value for key, value in old["spec"].items() if key not in MUTABLE}
        spec |= {key: value for key, value in file["spec"].items() if key in MUTABLE}
        changed = old["spec"] != spec
        generation = old["metadata"]["generation"] + changed
        version = str(int(old["metadata"]["resourceVersion"]) + changed)
        kept = {**old["metadata"], "generation": generation, "resourceVersion": version}
        return {**old, "metadata": {**kept, "labels": labels}, "spec": spec}
    if fresh:
        spec["reuse"] = False
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "namespace": namespace,
            "name": name,
            "uid": uid_of(namespace, name, digest, salt),
            "labels": labels,
            "annotations": {DIGEST: digest},
            "generation": 1,
            "resourceVersion": "1",
            "creationTimestamp": now,
        },
        "spec": spec,
    }


def _digest(job: Object) -> str:
    found: str = (job["metadata"].get("annotations") or {}).get(DIGEST, "")
    return found
