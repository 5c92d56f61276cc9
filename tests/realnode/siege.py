"""One job under fire: where its training is, seen from outside, and what is done to its pods.

Blows land as in life: signals from the machine's own side of the container, an eviction by the API,
a storage that answers nobody. Where the training is, its objects in the store say.
"""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lab.testbed import Testbed
from tests.realnode.desk import JSON, Desk, processes

ROWS = re.compile(r"/(\d+)-(\d+)-(\d+)-(\d+)\.npy$")
CHECKPOINT = re.compile(r"/(\d+)/step-(\d+)\.json$")


@dataclass(frozen=True)
class Siege:
    """The training of one job."""

    desk: Desk
    job: str
    member: int = 0
    stage: str = "train"

    @cached_property
    def folder(self) -> Path:
        """Where its objects lie: the store's buckets are folders."""
        found = json.loads(self.desk.kubectl("get", "hj", self.job, "-o", "json"))
        bucket = found["spec"]["artifacts"]["uri"].removeprefix("s3://")
        uid = found["metadata"]["uid"]
        place = f"{bucket}/{self.desk.namespace}/{self.job}/{uid}/{self.stage}/{self.member}"
        return self.desk.bed.store.folder / place

    def gang(self) -> JSON:
        """Return what the status says of the gang; empty before the stage begins."""
        stages = self.desk.status(self.job).get("stages", ())
        gangs = (gang for each in stages if each["name"] == self.stage for gang in each["gangs"])
        return next((gang for gang in gangs if gang["member"] == self.member), {})

    def pods(self, role: str = "", phase: str = "Running") -> list[JSON]:
        """Return the gang's pods of a phase, by role and index."""
        chosen = f"hone.dev/job={self.job},hone.dev/stage={self.stage}"
        chosen += f",hone.dev/member={self.member}" + (f",hone.dev/role={role}" if role else "")
        found = (p for p in self.desk.items("pods", "-l", chosen) if p["status"]["phase"] == phase)
        return sorted(found, key=lambda pod: str(pod["metadata"]["name"]))

    def blocks(self, attempt: int, rank: int = 0) -> list[tuple[int, int]]:
        """Return (epoch, first step) of the blocks that a worker has logged, in order."""
        found = self._numbers("rows", ROWS)
        return sorted((e, first) for a, r, e, first in found if (a, r) == (attempt, rank))

    def checkpoints(self) -> list[tuple[int, int]]:
        """Return (attempt, step) of the checkpoints that are there, in order."""
        return sorted((attempt, step) for attempt, step in self._numbers("checkpoints", CHECKPOINT))

    def until_within(self, attempt: int, epoch: int, seconds: float = 200) -> None:
        """Wait until the chief is past the beginning of an epoch, counted from 0, by row log."""
        what = f"epoch {epoch} of attempt {attempt} of {self.job}"
        self.desk.until(
            what, lambda: max(self.blocks(attempt), default=(0, 0)) > (epoch, 0), seconds
        )

    def until_saved(self, attempt: int, seconds: float = 200) -> None:
        """Wait until an attempt has written a checkpoint of its own."""
        what = f"checkpoint of attempt {attempt} of {self.job}"
        self.desk.until(what, lambda: attempt in {a for a, _ in self.checkpoints()}, seconds)

    def until_attempt(self, attempt: int, seconds: float = 120) -> JSON:
        """Wait until the status speaks of an attempt, and give the gang as it is then."""
        what = f"attempt {attempt} of {self.job}"
        self.desk.until(what, lambda: self.gang().get("attempt", 0) >= attempt, seconds)
        return self.gang()

    def strike(self, role: str, index: int, blow: signal.Signals, first: bool = False) -> str:
        """Send a signal to the process of a pod that trains, and name the pod.

        Args:
            role: of the pod.
            index: of the pod.
            blow: what to send.
            first: to the guardian instead, the first of the container: it gives no report then.
        """
        pod = self.pods(role)[index]
        found = sorted(processes(pod["metadata"]["uid"], b"hone_trainer"), key=lambda p: p.inner)
        os.kill(found[0 if first else -1].pid, blow)
        return str(pod["metadata"]["name"])

    def evict(self, role: str, index: int) -> str:
        """Have the API server evict a pod, as a drain of its node does; name the pod."""
        name = self.pods(role)[index]["metadata"]["name"]
        where = {"name": name, "namespace": self.desk.namespace}
        wish = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": where}
        path = f"/api/v1/namespaces/{self.desk.namespace}/pods/{name}/eviction"
        self.desk.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(wish))
        return str(name)

    def _numbers(self, below: str, kind: re.Pattern[str]) -> Iterator[tuple[int, ...]]:
        """Read the numbers off the names of objects; none from a folder that goes meanwhile."""
        with suppress(OSError):
            for path in (self.folder / below).rglob("*"):
                if named := kind.search(str(path)):
                    yield tuple(map(int, named.groups()))


@contextmanager
def storage_away(bed: Testbed) -> Iterator[None]:
    """Stop the storage: it takes connections, and answers nobody."""
    mark = str(bed.store.folder).encode()
    servers = [p for p in processes("", b"versitygw") if mark in p.command]
    for server in servers:
        os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for server in servers:
            os.kill(server.pid, signal.SIGCONT)
