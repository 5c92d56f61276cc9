"""Two pods that train together on the loopback, attempt by attempt."""

import io
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hone_trainer.store.manifest import Manifest
from lab import patience, probes
from tests.trainer.pods import Pod

DEADLINE_S = 120


def until(condition: Callable[[], object]) -> None:
    """Wait for something that has to happen."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < patience.seconds(DEADLINE_S)
        time.sleep(0.01)


class GangOfTwo:
    """Starts both workers of a training, and looks at what they leave.

    Args:
        bench: what was made before.
        folder: of the pods.
        kind: of the stage that trains.
    """

    def __init__(self, bench: Any, folder: Path, kind: str = "train") -> None:
        self.bench, self.kind = bench, kind
        self.pods = [Pod(folder / f"worker-{i}") for i in range(2)]

    def start(
        self, run: dict[str, Any], attempt: int = 0, only: int | None = None, **task: Any
    ) -> list[Any]:
        """Start both, or one of them; give their processes. More words are fields of the task."""
        hosts = [f"127.0.0.1:{port}" for port in probes.free_ports(2)]
        asked = self.bench.task(self.kind, {self.kind: run}, attempt=attempt, **task)
        processes = []
        for index, pod in enumerate(self.pods):
            mine = {"type": "worker", "index": index}
            config = json.dumps({"cluster": {"worker": hosts}, "task": mine})
            if only in (None, index):
                processes.append(pod.start(asked, TF_CONFIG=config))
        return processes

    def codes(self, processes: list[subprocess.Popen[bytes]]) -> list[int]:
        """Wait until all have ended; give their exit codes."""
        return [process.wait(patience.seconds(DEADLINE_S)) for process in processes]

    def reasons(self) -> list[str]:
        """What both have said last."""
        return [pod.report().reason for pod in self.pods]

    @property
    def folder(self) -> str:
        """Where everything of this training lies in the store."""
        prefix: str = self.bench.task(self.kind, {}).prefix
        return prefix

    @property
    def manifest(self) -> Manifest:
        """What the chief has committed."""
        found: Manifest = self.bench.manifest(self.pods[0].report())
        return found

    @property
    def history(self) -> list[dict[str, float]]:
        """The figures of every epoch."""
        found: list[dict[str, float]] = self.manifest.facts["history"]
        return found

    @property
    def weights(self) -> dict[str, Any]:
        """The committed arrays by name."""
        data = self.bench.store.fetch(self.manifest.file("weights.npz"))
        with np.load(io.BytesIO(data)) as arrays:
            return dict(arrays)

    def blocks(self, attempt: int, rank: int) -> list[tuple[int, int]]:
        """(epoch, first step) of the blocks that a worker has logged, in order."""
        paths = self.bench.store.list(f"{self.folder}/rows")
        names = [path.rpartition("/")[2][:-4].split("-") for path in paths]
        found = [tuple(map(int, name)) for name in names]
        return sorted((e, first) for a, r, e, first in found if (a, r) == (attempt, rank))

    def until_within(self, epoch: int, attempt: int) -> None:
        """Wait until both are in the middle of an epoch, or of one that follows."""
        until(
            lambda: all(
                max(self.blocks(attempt, rank), default=(0, 0)) > (epoch, 0) for rank in range(2)
            )
        )
