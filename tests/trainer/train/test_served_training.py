"""A real gang with parameter servers on the loopback: five processes, one training."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Exit
from hone_trainer.models.network import Network
from lab import patience, probes
from tests.trainer.conftest import Bench
from tests.trainer.pods import Pod
from tests.trainer.train.test_train import auc_on_validation

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

ROLES = {"chief": 1, "worker": 2, "ps": 2}
DATA: dict[str, Any] = {
    "prepare": {
        "source": {"clickModel": {"rows": 12_000, "users": 3000, "items": 2500}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}],
    }
}
TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "optimizer": {"adam": {"learningRate": 0.02, "lazy": True}},
    "strategy": {"parameterServer": {"workers": 2, "ps": 2}},
    "checkpoint": {"everySeconds": 1},
    "batchSize": 256,
    "stepsPerExecution": 2,
}
DEADLINE_S = patience.seconds(120)

Process = subprocess.Popen[bytes]


class Gang:
    """The pods of one attempt, each restartable under its address."""

    def __init__(self, bench: Any, folder: Path, kind: str = "train") -> None:
        self.bench, self.folder, self.kind = bench, folder, kind
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
        task = self.bench.task(self.kind, {self.kind: run}, role=role, attempt=attempt)
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
            process.wait(DEADLINE_S)

    def await_words(self, words: str) -> None:
        limit = time.monotonic() + DEADLINE_S
        while words not in (text := self.pod("chief").log.read_text()):
            assert time.monotonic() < limit, text
            assert self.processes["chief", 0].poll() is None, text
            time.sleep(0.05)

    @property
    def manifest(self) -> Any:
        return self.bench.manifest(self.pod("chief").report())


EPOCHS = 12


@dataclass(frozen=True)
class Story:
    """What became of a training whose pods were lost one after the other."""

    gang: Gang
    codes: list[int]
    """Of the chief, attempt by attempt."""
    log: str
    """What the last chief said."""

    @property
    def history(self) -> list[dict[str, float]]:
        found: list[dict[str, float]] = self.gang.manifest.facts["history"]
        return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("served")
    bench = Bench(folder)
    bench("data", DATA)
    gang = Gang(bench, folder)
    try:
        yield Story(gang, *suffer(gang))
    finally:
        gang.close()


def suffer(gang: Gang) -> tuple[list[int], str]:
    """Lose a worker, then a server, then the chief, and let a worker freeze at the very end."""
    run = TRAIN | {"epochs": EPOCHS}
    gang.start(run, attempt=0)
    gang.await_words(f"epoch 1/{EPOCHS}: loss")
    gang.processes["worker", 1].kill()
    gang.processes["worker", 1].wait()
    gang.await_words(f"epoch 3/{EPOCHS}: loss")  # the others go on
    gang.launch(run, "worker", 1)
    gang.await_words(f"epoch 5/{EPOCHS}: loss")
    gang.processes["ps", 0].kill()
    codes = [gang.chief()]
    gang.start(run, attempt=1)
    gang.await_words("resumed")
    gang.await_words(f"epoch 8/{EPOCHS}: loss")
    gang.processes["chief", 0].kill()
    codes.append(gang.chief())
    gang.start(run, attempt=2)
    gang.await_words(f"epoch {EPOCHS}/{EPOCHS}: loss")
    guardian = gang.processes["worker", 1].pid
    children = Path(f"/proc/{guardian}/task/{guardian}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGSTOP)
    codes.append(gang.chief())
    return codes, gang.pod("chief").log.read_text()


def test_a_lost_server_is_told_and_a_frozen_worker_holds_up_nobody_at_the_end(
    story: Story,
) -> None:
    assert story.codes == [Exit.PEER_LOST, -signal.SIGKILL, Exit.OK]
    assert story.gang.manifest.facts["keptEpoch"]


def test_a_lost_server_or_chief_costs_what_came_after_the_last_checkpoint(story: Story) -> None:
    assert "resumed" in story.log
    assert [epoch["epoch"] for epoch in story.history] == list(range(1, EPOCHS + 1))


def test_it_learns_all_the_same(story: Story) -> None:
    losses = [epoch["loss"] for epoch in story.history]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_the_model_it_leaves_was_never_cut(story: Story) -> None:
    gang = story.gang
    trained: dict[str, Any] = {"stage": "train", "kind": "train", "makes": "model"}
    trained |= {"manifest": gang.pod("chief").report().manifest}
    gang.bench.sources.append(gang.bench.sources[0].model_copy(update=trained))
    ctx = gang.bench.context(gang.bench.task("next", {}))
    (network,) = Network.members(ctx)
    sizes = {field.name: field.size for field in network.schema.ids}
    shapes = [array.shape for array in network.parts[0].weights]
    assert shapes[:2] == [(sizes["user"], 8), (sizes["item"], 8)]
    kept = story.history[gang.manifest.facts["keptEpoch"] - 1]
    assert auc_on_validation(gang.bench) == pytest.approx(kept["valAuc"], abs=1e-6)


def test_on_servers_it_starts_from_an_earlier_network_and_holds_layers_fast(story: Story) -> None:
    gang, earlier = story.gang, story.gang.manifest
    uri = str(Path(earlier.file("weights.npz").uri).parent)
    start = {"uri": uri, "freeze": {"epochs": 2}}
    gang.start(TRAIN | {"epochs": 2, "keep": "last", "startFrom": start}, attempt=3)
    assert gang.chief() == Exit.OK
    made = gang.manifest
    kept = earlier.facts["history"][earlier.facts["keptEpoch"] - 1]
    assert made.facts["start"]["figures"]["valAuc"] == pytest.approx(kept["valAuc"], abs=1e-6)
    held = made.facts["start"]["frozenLayers"]
    assert held == ["embedding_item", "embedding_user", "lstm"]
    one, two = (Network.load(gang.bench.store, each).parts[0].arrays for each in (earlier, made))
    same = [a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True)]
    assert same == [True] * 5 + [False] * 2


def test_members_are_trained_on_together_by_servers(clicks: Bench, tmp_path: Path) -> None:
    model = {"generic": {"dense": {"embedding": 8, "layers": [8]}}}
    clicks("train", {"train": {"model": model, "epochs": 1, "members": 2}}, members=2)
    clicks("train", {"train": {"model": model, "epochs": 1, "members": 2}}, member=1, members=2)
    gang = Gang(clicks, tmp_path, "fuse")
    tuning = {"strategy": TRAIN["strategy"], "batchSize": 128}
    gang.start({"vote": {}, "fineTune": {"epochs": 2}, "tuning": tuning})
    assert gang.chief() == 0, gang.pod("chief").log.read_text()
    assert len(gang.manifest.facts["history"]) == 2
