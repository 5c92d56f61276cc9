"""A real gang with parameter servers on the loopback: five processes, one training."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.task import Exit
from lab import patience, probes
from tests.trainer.pods import Pod

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

ROLES = {"chief": 1, "worker": 2, "ps": 2}
DATA: dict[str, Any] = {
    "prepare": {
        "source": {"clickModel": {"rows": 12_000, "users": 3000, "items": 2500}},
        "columns": [
            {"name": "user", "id": {}},
            {"name": "item", "id": {}},
            {"name": "clicked", "label": {}},
        ],
    }
}
TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "optimizer": {"adam": {"learningRate": 0.02, "lazy": True}},
    "strategy": {"parameterServer": {"workers": 2, "ps": 2}},
    "checkpoint": {"everySeconds": 1},
    "epochs": 3,
    "batchSize": 256,
    "stepsPerExecution": 2,
}
DEADLINE_S = patience.seconds(120)

Process = subprocess.Popen[bytes]


class Gang:
    """The pods of one attempt, each restartable under its address."""

    def __init__(self, bench: Any, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.processes: dict[tuple[str, int], Process] = {}
        self.cluster: dict[str, list[str]] = {}

    def start(self, run: dict[str, Any], attempt: int = 0) -> None:
        ports = iter(probes.free_ports(sum(ROLES.values())))
        self.cluster = {
            role: [f"127.0.0.1:{next(ports)}" for _ in range(count)]
            for role, count in ROLES.items()
        }
        for role, count in ROLES.items():
            for index in range(count):
                self.launch(run, role, index, attempt)

    def launch(self, run: dict[str, Any], role: str, index: int, attempt: int = 0) -> None:
        task = self.bench.task("train", {"train": run}, role=role, attempt=attempt)
        config = {"cluster": self.cluster, "task": {"type": role, "index": index}}
        process = self.pod(role, index).start(task, TF_CONFIG=json.dumps(config))
        self.processes[role, index] = process

    def pod(self, role: str, index: int = 0) -> Pod:
        return Pod(self.folder / f"{role}-{index}")

    def chief(self) -> int:
        """Wait for the chief's end, then end the others as the operator would."""
        code = self.processes["chief", 0].wait(DEADLINE_S)
        self.close()
        return code

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)

    def await_words(self, words: str) -> None:
        limit = time.monotonic() + DEADLINE_S
        while words not in (text := self.pod("chief").log.read_text()):
            assert time.monotonic() < limit, text
            assert self.processes["chief", 0].poll() is None, text
            time.sleep(0.05)

    @property
    def manifest(self) -> Any:
        return self.bench.manifest(self.pod("chief").report())


@pytest.fixture
def gang(run_stage: Any, tmp_path: Path) -> Any:
    run_stage("data", DATA)
    gang = Gang(run_stage, tmp_path)
    yield gang
    gang.close()


def test_it_learns_and_leaves_a_model_that_was_never_cut(gang: Gang) -> None:
    gang.start(TRAIN)
    assert gang.chief() == Exit.OK
    history = gang.manifest.facts["history"]
    assert history[-1]["loss"] < history[0]["loss"] < 0.7
    gang.bench.sources.append(
        gang.bench.sources[0].model_copy(
            update={
                "stage": "train",
                "kind": "train",
                "makes": "model",
                "manifest": gang.pod("chief").report().manifest,
            }
        )
    )
    ctx = gang.bench.context(gang.bench.task("next", {}))
    (network,) = ctx.networks()
    sizes = {field.name: field.size for field in network.schema.ids}
    shapes = [array.shape for array in network.parts[0].weights]
    assert shapes[:2] == [(sizes["user"], 8), (sizes["item"], 8)]
    validation = ctx.dataset().read("validation")
    hits = (network.predict(validation.features) >= 0.5) == (validation.labels[:, 0] > 0.5)
    kept = history[gang.manifest.facts["keptEpoch"] - 1]
    assert hits.mean() == pytest.approx(kept["valAccuracy"], abs=1e-6)


def test_a_lost_worker_is_replaced_while_the_others_go_on(gang: Gang) -> None:
    run = TRAIN | {"epochs": 20}
    gang.start(run)
    gang.await_words("epoch 2/20: loss")
    gang.processes["worker", 1].kill()
    gang.processes["worker", 1].wait()
    gang.await_words("epoch 4/20: loss")
    gang.launch(run, "worker", 1)
    assert gang.chief() == Exit.OK
    epochs = [epoch["epoch"] for epoch in gang.manifest.facts["history"]]
    assert epochs == list(range(1, 21))


def test_a_worker_that_freezes_at_the_very_end_holds_up_nobody(gang: Gang) -> None:
    run = TRAIN | {"epochs": 6}
    gang.start(run)
    gang.await_words("epoch 6/6: loss")
    guardian = gang.processes["worker", 1].pid
    children = Path(f"/proc/{guardian}/task/{guardian}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGSTOP)
    assert gang.chief() == Exit.OK
    assert gang.manifest.facts["keptEpoch"]


def test_a_lost_server_or_chief_costs_what_came_after_the_last_checkpoint(gang: Gang) -> None:
    run = TRAIN | {"epochs": 12}
    for attempt, (lost, code) in enumerate([("ps", Exit.PEER_LOST), ("chief", -signal.SIGKILL)]):
        gang.start(run, attempt)
        gang.await_words("resumed" if attempt else "epoch 1/12: loss")
        gang.await_words(f"epoch {4 + 4 * attempt}/12: loss")
        gang.processes[lost, 0].kill()
        assert gang.chief() == code
    gang.start(run, attempt=2)
    assert gang.chief() == Exit.OK
    assert "resumed" in gang.pod("chief").log.read_text()
    losses = [epoch["loss"] for epoch in gang.manifest.facts["history"]]
    assert len(losses) == 12
    assert losses[-1] < losses[0]
    assert np.isfinite(losses).all()
