"""A user's desk in front of the real cluster: a namespace, kubectl, and a look into the store."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hone_trainer.contract.assignment import Artifact, Store
from hone_trainer.store.artifact_store import open_store
from lab import patience
from lab.testbed import Testbed

OPERATORS = "app.kubernetes.io/name=hone"
SYSTEM = "hone-system"
JSON = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """One namespace of the real cluster."""

    bed: Testbed
    namespace: str

    def kubectl(self, *args: str, stdin: str | None = None, check: bool = True) -> str:
        """Run kubectl in the namespace."""
        return self.bed.kubectl("-n", self.namespace, *args, stdin=stdin, check=check)

    def apply(self, name: str, spec: JSON) -> None:
        """Apply a job."""
        kind = {"apiVersion": "hone.dev/v1alpha1", "kind": "OptimizationJob"}
        resource = {**kind, "metadata": {"name": name}, "spec": spec}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(resource))

    def apply_file(self, path: Path) -> str:
        """Apply a file as it is, and give the job's name."""
        self.kubectl("apply", "-f", str(path))
        name: str = yaml.safe_load(path.read_text())["metadata"]["name"]
        return name

    def status(self, name: str) -> JSON:
        """Return the job's status."""
        status: JSON = json.loads(self.kubectl("get", "hj", name, "-o", "json"))["status"]
        return status

    def items(self, kind: str, *more: str) -> list[JSON]:
        """Return all objects of a kind."""
        found: list[JSON] = json.loads(self.kubectl("get", kind, *more, "-o", "json"))["items"]
        return found

    def until(self, what: str, found: Callable[[], Any], seconds: float = 300) -> Any:
        """Look until something is found.

        Raises:
            AssertionError: it is not found in time; the state of the namespace is told.
        """
        begun = time.monotonic()
        # Asked at each look: the pods that are waited for may be what makes the machine slow.
        while (waited := time.monotonic() - begun) < patience.seconds(seconds):
            if result := found():
                return result
            time.sleep(0.5)
        raise AssertionError(f"no {what} after {waited:.0f} s\n{self.tell()}")

    def ended(self, name: str, seconds: float = 600) -> JSON:
        """Wait until the job is finished, and give its status."""

        def finished() -> JSON | None:
            status = self.status(name)
            return status if status.get("finishedAt") else None

        done: JSON = self.until(f"end of {name}", finished, seconds)
        return done

    def tell(self) -> str:
        """Return what somebody would look at first."""
        told = [self.kubectl("get", "hj,jobs,pods", "-o", "wide", check=False)]
        told.append(self.kubectl("get", "events", check=False)[-3000:])
        logs = ("-n", SYSTEM, "logs", "-l", OPERATORS, "--tail=60")
        told.append(self.bed.kubectl(*logs, check=False))
        failed = (p for p in self.items("pods") if p["status"].get("phase") == "Failed")
        told += [
            self.kubectl("logs", p["metadata"]["name"], "--tail=30", check=False) for p in failed
        ]
        return "\n".join(told)

    def fetch(self, uri: str) -> bytes:
        """Fetch an object from the store over S3."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        credentials = self.bed.store.credentials
        os.environ["AWS_ACCESS_KEY_ID"] = credentials.access_key
        os.environ["AWS_SECRET_ACCESS_KEY"] = credentials.secret_key
        store = open_store(Store(uri=f"s3://{bucket}", endpoint=self.bed.store.outside))
        return store.get(key)

    def verify(self, artifact: JSON) -> bytes:
        """Fetch an artifact, and compare its digest and size."""
        content = self.fetch(artifact["uri"])
        stated = Artifact.model_validate(artifact)
        assert hashlib.sha256(content).hexdigest() == stated.sha256, artifact["name"]
        assert len(content) == stated.size_bytes
        return content


def condition(status: JSON, kind: str) -> JSON:
    """Return a condition of a status."""
    return next((c for c in status.get("conditions", ()) if c["type"] == kind), {})


@dataclass(frozen=True)
class Process:
    """A process of this machine."""

    pid: int
    inner: int
    """Its id in the innermost box: 1 for the first of a container."""
    command: bytes


def kill_operator(bed: Testbed) -> None:
    """End the operator's process with SIGKILL, from outside, and let the Deployment replace it."""
    words = ("-n", SYSTEM, "get", "pods", "-l", OPERATORS, "-o", "json")
    for pod in json.loads(bed.kubectl(*words))["items"]:
        for process in processes(pod["metadata"]["uid"], b"hone\0operator"):
            os.kill(process.pid, 9)
        # A new pod rather than the same one: the kubelet would wait longer after each kill.
        name = pod["metadata"]["name"]
        bed.kubectl("-n", SYSTEM, "delete", "pod", name, "--wait=false", check=False)


def processes(uid: str, words: bytes) -> list[Process]:
    """Find the processes of the pod of this uid, which its cgroup bears, by their command."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            cgroup, command = (folder / "cgroup").read_text(), (folder / "cmdline").read_bytes()
            inner = (folder / "status").read_text().partition("NSpid:")[2].split("\n")[0].split()
        except OSError:
            continue
        if (uid in cgroup or uid.replace("-", "_") in cgroup) and words in command:
            found.append(Process(int(folder.name), int(inner[-1]), command))
    return found
