"""A real gang on the loopback: two processes, one training, and what happens when one goes away."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.task import Exit
from lab import probes
from tests.trainer.pods import Pod

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "optimizer": {"adam": {"learningRate": 0.02}},
    "strategy": {"multiWorkerMirrored": {"workers": 2}},
    "epochs": 3,
    "batchSize": 512,
}
DEADLINE_S = 120


class GangOfTwo:
    """Starts both workers of a training, attempt by attempt."""

    def __init__(self, bench: Any, folder: Path) -> None:
        self.bench = bench
        self.pods = [Pod(folder / f"worker-{i}") for i in range(2)]

    def start(self, run: dict[str, Any], attempt: int = 0, only: int | None = None) -> list[Any]:
        hosts = [f"127.0.0.1:{port}" for port in probes.free_ports(2)]
        task = self.bench.task("train", {"train": run}, attempt=attempt)
        processes = []
        for index, pod in enumerate(self.pods):
            mine = {"type": "worker", "index": index}
            config = json.dumps({"cluster": {"worker": hosts}, "task": mine})
            if only in (None, index):
                processes.append(pod.start(task, TF_CONFIG=config))
        return processes

    def codes(self, processes: list[subprocess.Popen[bytes]]) -> list[int]:
        return [process.wait(DEADLINE_S) for process in processes]

    @property
    def history(self) -> list[dict[str, float]]:
        report = self.pods[0].report()
        found: list[dict[str, float]] = self.bench.manifest(report).facts["history"]
        return found

    def await_checkpoint(self) -> None:
        prefix = self.bench.task("train", {}).prefix + "/checkpoints"
        deadline = time.monotonic() + DEADLINE_S
        while not any(path.endswith(".json") for path in self.bench.store.list(prefix)):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def gang(clicks: Any, tmp_path: Path) -> GangOfTwo:
    return GangOfTwo(clicks, tmp_path)


def test_two_workers_train_what_one_would(gang: GangOfTwo) -> None:
    assert gang.codes(gang.start(TRAIN)) == [Exit.OK, Exit.OK]
    together = [epoch["loss"] for epoch in gang.history]
    alone = gang.bench("alone", {"train": TRAIN | {"strategy": {"singleDevice": {}}}})
    losses = [epoch["loss"] for epoch in gang.bench.manifest(alone).facts["history"]]
    assert together == pytest.approx(losses, rel=1e-3)
    assert gang.pods[1].report().manifest is None  # the chief's report is the gang's


@pytest.mark.parametrize("lost", [0, 1])
def test_a_lost_worker_takes_the_gang_along_and_the_next_attempt_goes_on(
    gang: GangOfTwo, lost: int
) -> None:
    run = TRAIN | {"epochs": 40}
    processes = gang.start(run)
    gang.await_checkpoint()
    processes[lost].kill()
    assert gang.codes(processes)[1 - lost] == Exit.PEER_LOST
    assert gang.pods[1 - lost].report().reason == "PeerLost"
    processes = gang.start(run, attempt=1)
    assert gang.codes(processes) == [Exit.OK, Exit.OK]
    assert [epoch["epoch"] for epoch in gang.history] == list(range(1, 41))


def test_a_worker_that_waits_for_its_gang_ends_when_asked(gang: GangOfTwo) -> None:
    """TensorFlow holds Python's lock all the while: only the guardian can end it."""
    (worker,) = gang.start(TRAIN, only=1)
    deadline = time.monotonic() + DEADLINE_S
    while "waiting for the gang" not in gang.pods[1].log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == Exit.INTERRUPTED
