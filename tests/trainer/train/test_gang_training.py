"""A real gang on the loopback: two processes, one training, and what happens when one goes away."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import Exit
from hone_trainer.dataset import shards
from hone_trainer.pod.first_look import WORD, WORK
from hone_trainer.train.row_log import audit
from lab import patience
from tests.trainer.conftest import CLICKS, Bench
from tests.trainer.gangs import GangOfTwo, until

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "optimizer": {"adam": {"learningRate": 0.02}},
    "strategy": {"multiWorkerMirrored": {"workers": 2}},
    "epochs": 3,
    "batchSize": 512,
}
LONG: dict[str, Any] = TRAIN | {
    "epochs": 9,
    "batchSize": 64,
    "stepsPerExecution": 2,
    "checkpoint": {"everySeconds": 1},
    "hangSeconds": round(patience.seconds(10)),
    "rowLog": True,
    "keep": "last",
    "windowRows": 700,
}
"""Its rows are read by windows of two shards, see ``cut``."""
ROWS = 2400
STEPS = 38
"""In an epoch of ``LONG``; the last one has rows for worker 0 alone."""


def cut(bench: Bench) -> Bench:
    """Prepare the click data in shards of 300 rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_ROWS", 300)
        bench("data", CLICKS)
    return bench


@pytest.fixture
def clicks(run_stage: Bench) -> Bench:
    return cut(run_stage)


@pytest.fixture
def gang(clicks: Any, tmp_path: Path) -> GangOfTwo:
    return GangOfTwo(clicks, tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> GangOfTwo:
    """A gang that has trained ``LONG`` in peace."""
    folder = tmp_path_factory.mktemp("undisturbed")
    gang = GangOfTwo(cut(Bench(folder)), folder)
    assert gang.codes(gang.start(LONG)) == [Exit.OK, Exit.OK]
    return gang


def test_two_workers_train_what_one_would(clicks: Any, undisturbed: GangOfTwo) -> None:
    alone = clicks("alone", {"train": LONG | {"strategy": {"singleDevice": {}}, "epochs": 1}})
    (epoch,) = clicks.manifest(alone).facts["history"]
    # Later ones drift apart: sums in another order differ in their last bits.
    assert undisturbed.history[0]["loss"] == pytest.approx(epoch["loss"], rel=1e-3)
    assert undisturbed.pods[1].report().manifest is None  # the chief's report is the gang's


def test_a_gang_that_finds_its_model_made_ends_with_all_its_pods(
    undisturbed: GangOfTwo, tmp_path: Path
) -> None:
    later = GangOfTwo(undisturbed.bench, tmp_path)
    # How often it is saved, and how long a hang may last, makes no other model.
    run = LONG | {"checkpoint": {"everySeconds": 7}, "hangSeconds": 999}
    assert later.codes(later.start(run, job="later")) == [Exit.OK, Exit.OK]
    chief, other = (pod.report() for pod in later.pods)
    assert chief.reused == "shop/demo/train"
    assert chief.manifest == undisturbed.pods[0].report().manifest
    assert other.reason == "Succeeded"  # it heard of it, or came late enough to see it itself
    left = undisturbed.bench.store.list("shop/later")
    told = {"started.json", "ended.json"}
    assert {Path(path).name for path in left} == {"manifest.json", WORD, *told}


def proven(gang: GangOfTwo, undone: bool) -> None:
    """Every row once an epoch, each worker its share, and what restarts cost in the open."""
    audited = gang.manifest.facts["rows"]
    assert [epoch["epoch"] for epoch in audited] == list(range(1, LONG["epochs"] + 1))
    for epoch in audited:
        assert (epoch["once"], epoch["twice"], epoch["never"]) == (ROWS, 0, 0)
        assert epoch["byWorker"] == [STEPS * 32, (STEPS - 1) * 32]
    assert (sum(epoch["undone"] for epoch in audited) > 0) is undone
    left = gang.bench.store.list(gang.folder)
    assert not any("/checkpoints/" in path for path in left)
    assert (
        audit(gang.bench.store, f"{gang.folder}/rows", ROWS) == audited
    )  # anybody may do it again


def frozen(process: Any) -> None:
    """Stop the worker, not its guardian."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGSTOP)


def asked(process: Any) -> None:
    process.send_signal(signal.SIGTERM)


def killed(process: Any) -> None:
    process.kill()


LOSSES: list[tuple[Callable[[Any], None], int]] = [(asked, 1), (killed, 0), (frozen, 1)]
"""What happens to whom, an attempt each."""


def test_a_gang_that_is_disturbed_again_and_again_trains_the_same_model(
    gang: GangOfTwo, undisturbed: GangOfTwo
) -> None:
    saved: tuple[int, int] | None = None
    for attempt, (happens, who) in enumerate(LOSSES):
        processes = gang.start(LONG, attempt)
        gang.until_within(epoch=1 + 2 * attempt, attempt=attempt)
        happens(processes[who])
        codes = gang.codes(processes)
        if saved is not None:  # where the last ones stopped is where these begin: nothing is lost
            assert gang.blocks(attempt, 0)[0] == gang.blocks(attempt, 1)[0] == saved
        saved = None
        if happens is asked:
            assert codes == [Exit.INTERRUPTED] * 2
            assert gang.reasons() == ["Interrupted"] * 2
            done = gang.pods[0].report().message.removeprefix("asked to stop; step ").split()[0]
            saved = divmod(int(done), STEPS)
        elif happens is frozen:
            assert codes[who] == Exit.HUNG
            assert codes[1 - who] in (Exit.HUNG, Exit.PEER_LOST)
            stacks = f"{gang.folder}/{attempt}/stacks-{who}.txt"
            assert stacks in gang.bench.store.list(gang.folder)
        else:
            assert codes[who] == -signal.SIGKILL
            assert codes[1 - who] == Exit.PEER_LOST
            assert gang.pods[1 - who].report().reason == "PeerLost"
    assert gang.codes(gang.start(LONG, attempt=len(LOSSES))) == [Exit.OK, Exit.OK]
    proven(gang, undone=True)
    for name, array in undisturbed.weights.items():
        assert gang.weights[name] == pytest.approx(array, abs=1e-6)
    for one, two in zip(gang.history, undisturbed.history, strict=True):
        assert one["loss"] == pytest.approx(two["loss"], rel=1e-6)
        assert one["valLoss"] == pytest.approx(two["valLoss"], rel=1e-6)


def test_a_gang_in_peace_sees_each_row_once(undisturbed: GangOfTwo) -> None:
    proven(undisturbed, undone=False)


def test_a_worker_that_waits_for_its_gang_ends_when_asked(gang: GangOfTwo) -> None:
    """TensorFlow holds Python's lock all the while: only the guardian can end it."""
    gang.bench.store.create(f"{gang.folder}/0/{WORD}", WORK)  # of a chief that goes right away
    (worker,) = gang.start(TRAIN, only=1)
    until(lambda: "waiting for the gang" in gang.pods[1].log.read_text())
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(patience.seconds(5)) == Exit.INTERRUPTED
