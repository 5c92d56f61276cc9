"""Training survives what clusters do to it: real pods are killed, evicted, frozen and starved, and
the model is the one that an undisturbed run would have made, or the status says what to do."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from lab import patience
from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.siege import Siege
from tests.realnode.specs import siege_job

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

EPOCHS = 30
AT_ONCE = 2
PER_EPOCH = 38
"""Steps: 2400 rows in batches of 64; the last one has rows for worker 0 alone."""
MIRRORED = {"multiWorkerMirrored": {"workers": 2}}
SERVED = {"parameterServer": {"workers": 2, "ps": 1}}
STEADY: JSON = {
    "epochs": EPOCHS,
    "batchSize": 64,
    "stepsPerExecution": AT_ONCE,
    "checkpoint": {"everySeconds": 1},
    "keep": "last",
    "rowLog": True,
    "hangSeconds": round(patience.seconds(60)),
}


def calm(desk: Desk) -> JSON:
    """A training in peace."""
    desk.apply("calm", siege_job(desk.bed, strategy=MIRRORED, **STEADY))
    return {"status": desk.ended("calm")}


def stormy(desk: Desk) -> JSON:
    """The same training: a worker killed, the chief evicted, a worker frozen."""
    siege = Siege(desk, "stormy")
    desk.apply(siege.job, siege_job(desk.bed, strategy=MIRRORED, **STEADY))
    told, saved = [], []
    blows: tuple[Callable[[], str], ...] = (
        lambda: siege.strike("worker", 1, signal.SIGKILL),
        lambda: siege.evict("worker", 0),
        lambda: siege.strike("worker", 1, signal.SIGSTOP),
    )
    for attempt, blow in enumerate(blows):
        siege.until_within(attempt, 6 * attempt + 3)
        siege.until_saved(attempt)
        saved.append(max(step for _, step in siege.checkpoints()))
        blow()
        told.append(siege.until_attempt(attempt + 1))
    status = desk.ended(siege.job)
    blocks = [siege.blocks(attempt) for attempt in range(len(blows) + 1)]
    return {"status": status, "told": told, "blocks": blocks, "saved": saved}


def served(desk: Desk) -> JSON:
    """A gang with a parameter server that loses a worker, then its server; a worker hangs."""
    siege = Siege(desk, "served")
    how: JSON = STEADY | {"rowLog": False, "epochs": 5 * EPOCHS, "stepsPerExecution": 4}
    how["hangSeconds"] = round(patience.seconds(15))
    desk.apply(siege.job, siege_job(desk.bed, {"retries": 9}, strategy=SERVED, **how))
    siege.until_saved(0)
    lost = siege.strike("worker", 1, signal.SIGKILL)
    desk.until("another worker", lambda: siege.gang().get("replaced", 0) >= 1, 60)
    desk.until("two workers", lambda: len(siege.pods("worker")) == 2, 60)
    names = [pod["metadata"]["name"] for pod in siege.pods("worker")]
    told = [siege.gang()]
    for attempt, (role, blow) in enumerate((("ps", signal.SIGKILL), ("worker", signal.SIGSTOP))):
        siege.until_saved(attempt)
        siege.strike(role, 0, blow)
        told.append(siege.until_attempt(attempt + 1))
    return {"status": desk.ended(siege.job), "told": told, "lost": lost, "names": names,
            "siege": siege}  # fmt: skip


def members(desk: Desk) -> JSON:
    """Three members, two at a time; the pod of the first is deleted."""
    siege = Siege(desk, "members")
    how = STEADY | {"epochs": 3 * EPOCHS, "members": 3, "parallelism": 2}
    spec = siege_job(desk.bed, strategy={"singleDevice": {}}, **how)
    desk.apply(siege.job, spec)
    siege.until_saved(0)
    name = siege.pods("worker")[0]["metadata"]["name"]
    desk.kubectl("delete", "pod", name, "--wait=false")
    siege.until_attempt(1)
    return {"status": desk.ended(siege.job), "siege": siege}


def starved(desk: Desk) -> JSON:
    """Two jobs whose memory is too small; that of one may grow."""
    small = {"limits": {"memory": "250Mi"}, "requests": {"cpu": "100m"}}
    alone: JSON = {"strategy": {"singleDevice": {}}, "epochs": 1, "batchSize": 64}
    fixed = siege_job(desk.bed, {"resources": small, "retries": 0}, **alone)
    growth = {"factor": 4, "upTo": "2Gi"}
    growing = siege_job(desk.bed, {"resources": small, "memoryGrowth": growth}, **alone)
    desk.apply("fixed", fixed)
    desk.apply("growing", growing)
    told = Siege(desk, "growing").until_attempt(1)
    return {"fixed": desk.ended("fixed"), "growing": desk.ended("growing"), "told": told}


def nowhere(desk: Desk) -> JSON:
    """A job for a node that does not exist."""
    where = {"startDeadlineSeconds": 8, "nodeSelector": {"shelf": "none"}}
    desk.apply("nowhere", siege_job(desk.bed, where, strategy={"singleDevice": {}}))
    return {"status": desk.ended("nowhere")}


SCENES = (calm, stormy, served, members, starved, nowhere)


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk]) -> Desk:
    return desks("survival")


@pytest.fixture(scope="module")
def seen(desk: Desk) -> Iterator[Callable[[str], Any]]:
    """What became of each scene; they are played side by side."""
    with ThreadPoolExecutor(3) as stage:
        found: dict[str, Future[JSON]] = {s.__name__: stage.submit(s, desk) for s in SCENES}
        yield lambda name: found[name].result()


def history(desk: Desk, status: JSON, member: int = 0) -> list[JSON]:
    """Return the figures of every epoch, as the manifest has them."""
    found: list[JSON] = facts(desk, status, member)["history"]
    return found


def facts(desk: Desk, status: JSON, member: int = 0) -> JSON:
    gang = status["stages"][1]["gangs"][member]
    assert gang["state"] == "Succeeded", gang
    found: JSON = json.loads(desk.verify(gang["manifest"]))["facts"]
    return found


def test_the_model_is_the_one_of_an_undisturbed_run(seen: Callable[[str], Any], desk: Desk) -> None:
    peace, storm = (history(desk, seen(name)["status"]) for name in ("calm", "stormy"))
    assert len(storm) == EPOCHS
    for name in ("loss", "valLoss"):
        there = [epoch[name] for epoch in storm]
        assert there == pytest.approx([epoch[name] for epoch in peace], abs=1e-6)


def test_each_loss_is_counted_under_its_cause(seen: Callable[[str], Any], desk: Desk) -> None:
    story = seen("stormy")
    killed, evicted, frozen = story["told"]
    assert killed["restarts"] == {"application": 1, "outOfMemory": 0, "preemption": 0}
    assert "SIGKILL" in killed["message"]
    assert evicted["restarts"] == {"application": 1, "outOfMemory": 0, "preemption": 1}
    # TensorFlow misses its heartbeats: whether it is frozen or lost with its node, nobody can tell.
    assert frozen["restarts"] == {"application": 1, "outOfMemory": 0, "preemption": 2}
    assert "another pod of the gang" in frozen["message"], frozen
    assert story["status"]["restarts"] == 3


def test_no_row_is_missed_or_seen_twice(seen: Callable[[str], Any], desk: Desk) -> None:
    told = facts(desk, seen("stormy")["status"])["rows"]
    assert [epoch["epoch"] for epoch in told] == list(range(1, EPOCHS + 1))
    for epoch in told:
        assert (epoch["once"], epoch["twice"], epoch["never"]) == (2400, 0, 0), epoch
        assert epoch["byWorker"] == [PER_EPOCH * 32, (PER_EPOCH - 1) * 32]


def test_no_step_before_the_last_checkpoint_is_repeated_and_none_after_an_eviction(
    seen: Callable[[str], Any],
) -> None:
    story = seen("stormy")
    blocks = [[e * PER_EPOCH + first for e, first in each] for each in story["blocks"]]
    repeated = [max(old) + AT_ONCE - min(new) for old, new in pairwise(blocks)]
    assert repeated[1] <= 0, repeated  # the last block of an epoch may be shorter
    begun = [min(each) for each in blocks[1:]]
    assert all(first >= step for first, step in zip(begun, story["saved"], strict=True))


def test_the_stacks_of_what_hung_are_kept(seen: Callable[[str], Any], desk: Desk) -> None:
    hung = seen("served")["told"][2]
    found = re.search(r"no step ended for .* (s3://\S+)", hung["message"])
    assert found, hung
    text = desk.fetch(found[1]).decode()
    assert "most recent call first" in text, text


def test_a_lost_worker_of_servers_is_replaced_while_its_gang_goes_on(
    seen: Callable[[str], Any],
) -> None:
    story = seen("served")
    replaced = story["told"][0]
    assert (replaced["attempt"], replaced["replaced"]) == (0, 1), replaced
    assert story["lost"] not in story["names"]
    assert len(story["names"]) == 2


def test_a_lost_server_or_a_hung_worker_restarts_the_gang(
    seen: Callable[[str], Any], desk: Desk
) -> None:
    story = seen("served")
    _, *lost = story["told"]
    assert [gang["restarts"]["application"] for gang in lost] == [1, 2]
    losses = [epoch["loss"] for epoch in history(desk, story["status"])]
    assert len(losses) == 5 * EPOCHS
    assert losses[-1] < losses[0]
    desk.until("end of all pods of the gang", lambda: not story["siege"].pods(), 60)


def test_members_share_the_rows_and_not_their_losses(
    seen: Callable[[str], Any], desk: Desk
) -> None:
    story = seen("members")
    gangs = story["status"]["stages"][1]["gangs"]
    assert [gang["restarts"]["preemption"] for gang in gangs] == [1, 0, 0]
    audited = [facts(desk, story["status"], member)["rows"][-1] for member in range(3)]
    assert [epoch["once"] for epoch in audited] == [800, 800, 800]
    assert not any(epoch["twice"] or epoch["never"] for epoch in audited)


def test_memory_that_may_grow_grows(seen: Callable[[str], Any]) -> None:
    story = seen("starved")
    assert "with memory 1000Mi" in story["told"]["message"], story["told"]
    gang = story["growing"]["stages"][1]["gangs"][0]
    assert (gang["state"], gang["restarts"]["outOfMemory"]) == ("Succeeded", 1)


def test_memory_that_may_not_grow_ends_in_a_remedy(seen: Callable[[str], Any]) -> None:
    failed = condition(seen("starved")["fixed"], "Failed")
    assert (failed["status"], failed["reason"]) == ("True", "OutOfMemory")
    assert "raise resources.limits.memory" in failed["message"]


def test_what_cannot_be_placed_ends_in_the_words_of_the_scheduler(
    seen: Callable[[str], Any],
) -> None:
    failed = condition(seen("nowhere")["status"], "Failed")
    assert (failed["status"], failed["reason"]) == ("True", "StartDeadlineExceeded")
    assert "node affinity/selector" in failed["message"], failed
