"""What happened to the pods and the status of the jobs of a namespace, and when: two watches."""

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from lab.testbed import Testbed

JSON = dict[str, Any]


@dataclass
class Life:
    """What was seen of a pod, in seconds of the clock on the wall."""

    attempt: int
    role: str
    index: int
    created: float
    ended: float | None = None
    """When its container was seen to have ended, or the pod to be gone."""


@dataclass
class Story:
    """What was seen of one job."""

    pods: dict[str, Life] = field(default_factory=dict)
    statuses: list[tuple[float, JSON]] = field(default_factory=list)

    def attempt_began(self, attempt: int) -> float | None:
        """When the status first spoke of an attempt: when the loss of the last one was seen."""
        return next((at for at, gang in self.gangs() if gang["attempt"] >= attempt), None)

    def gangs(self) -> list[tuple[float, JSON]]:
        """Return the training's gang over time."""
        found = [(at, s["stages"][1]["gangs"][0]) for at, s in self.statuses if s.get("stages")]
        return [(at, {"attempt": 0, **gang}) for at, gang in found]

    def of(self, attempt: int) -> list[Life]:
        """Return the pods of an attempt."""
        return [pod for pod in self.pods.values() if pod.attempt == attempt]


class Watch:
    """Records, from now until ``stop``."""

    def __init__(self, bed: Testbed, namespace: str) -> None:
        self._stories: dict[str, Story] = {}
        self._lock = threading.Lock()
        self._running = []
        start = [str(bed.cluster.binary), "--kubeconfig", str(bed.cluster.kubeconfig)]
        how = ["-n", namespace, "--watch", "--output-watch-events", "-o", "json"]
        for kind, note in (("pods", self._pod), ("optimizationjobs.hone.dev", self._job)):
            process = subprocess.Popen([*start, "get", kind, *how], stdout=subprocess.PIPE)
            self._running.append(process)
            threading.Thread(target=self._read, args=(process, note), daemon=True).start()

    def story(self, job: str) -> Story:
        """Return what was seen of a job so far."""
        with self._lock:
            return self._stories.setdefault(job, Story())

    def stop(self) -> None:
        """End the watches."""
        for process in self._running:
            process.terminate()

    def _read(self, process: "subprocess.Popen[bytes]", note: Any) -> None:
        assert process.stdout is not None
        for line in process.stdout:  # an event each
            event = json.loads(line)
            note(time.time(), event["type"], event["object"])

    def _pod(self, now: float, kind: str, pod: JSON) -> None:
        labels = pod["metadata"]["labels"]
        if labels.get("hone.dev/stage") != "train":
            return
        pods = self.story(labels["hone.dev/job"]).pods
        index = int(labels["batch.kubernetes.io/job-completion-index"])
        seen = Life(int(labels["hone.dev/attempt"]), labels["hone.dev/role"], index, now)
        life = pods.setdefault(pod["metadata"]["uid"], seen)
        containers = pod["status"].get("containerStatuses") or ()
        gone = kind == "DELETED" or any("terminated" in each["state"] for each in containers)
        if gone and life.ended is None:
            life.ended = now

    def _job(self, now: float, kind: str, job: JSON) -> None:
        if kind != "DELETED":
            told = self.story(job["metadata"]["name"]).statuses
            told.append((now, job.get("status") or {}))
