"""When checkpoints are due, what they may cost, and where their failures come to light."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.store.chunked_array import InMemory
from hone_trainer.train.async_checkpointer import CONTENTION, SHARE, AsyncCheckpointer
from hone_trainer.train.checkpoints import Checkpoints, Found, Groups
from lab import patience

EVERY_S = 60.0


@dataclass
class World:
    """A clock that moves when told, and a store in which writing takes its time."""

    now: float = 1000.0
    takes: float = 0.0
    fails: BaseException | None = None
    written: list[int] = field(default_factory=list)
    at_once: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def write(self, step: int, facts: dict[str, Any], groups: Groups) -> Found:
        self.at_once += 1
        assert self.at_once == 1, "one at a time"
        assert self.gate.wait(patience.seconds(30))
        self.now += self.takes
        self.at_once -= 1
        if self.fails is not None:
            raise self.fails
        self.written.append(step)
        return Found(0, step, facts, {})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nothing is held up unless a test closes the gate."""
    world = World()
    world.gate.set()
    monkeypatch.setattr(Checkpoints, "write", lambda _, *args: world.write(*args))
    yield world
    world.gate.set()


@pytest.fixture
def checkpointer(world: World, run_stage: Any) -> AsyncCheckpointer:
    return AsyncCheckpointer(Checkpoints(run_stage.store, "x"), EVERY_S, lambda: world.now)


def values() -> Groups:
    return {"weights": (InMemory(np.ones(3)),)}


def save(checkpointer: AsyncCheckpointer, world: World, step: int = 1, taking: float = 0.0) -> None:
    """One checkpoint, from begin to end."""

    def take() -> Groups:
        world.now += taking
        return values()

    checkpointer.save(step, {}, take)
    checkpointer.flush()


@pytest.mark.parametrize(
    ("after", "in_between", "at_the_end_of_an_epoch"),
    [(0, False, True), (EVERY_S - 1, False, True), (EVERY_S, True, True)],
)
def test_what_costs_nothing_is_due_by_the_clock_or_at_an_epochs_end(
    checkpointer: AsyncCheckpointer,
    world: World,
    after: float,
    in_between: bool,
    at_the_end_of_an_epoch: bool,
) -> None:
    save(checkpointer, world)
    world.now += after
    assert checkpointer.due() is in_between
    assert checkpointer.due(epoch_ends=True) is at_the_end_of_an_epoch


@pytest.mark.parametrize(
    ("taking", "writing"), [(0.0, 10.0), (10.0, 0.0), (0.5, 3.0), (0.0, 1.0), (0.01, 0.01)]
)
def test_checkpoints_take_no_more_than_their_share(
    checkpointer: AsyncCheckpointer, world: World, taking: float, writing: float
) -> None:
    world.takes, begun = writing, world.now
    save(checkpointer, world, taking=taking)
    pause = (taking + CONTENTION * writing) / SHARE
    for epoch_ends, wanted in ((True, pause), (False, max(EVERY_S, pause))):
        world.now = begun + wanted - 0.001
        assert not checkpointer.due(epoch_ends)
        world.now = begun + wanted + 0.001
        assert checkpointer.due(epoch_ends)


def test_a_long_training_with_costly_checkpoints_pays_what_is_promised(
    checkpointer: AsyncCheckpointer, world: World
) -> None:
    world.takes, begun = 7.0, world.now
    while world.now < begun + 20_000:
        world.now += 0.5
        if checkpointer.due(epoch_ends=True):
            save(checkpointer, world, taking=1.0)
    cost = len(world.written) * (1.0 + CONTENTION * 7.0)
    assert 0.8 * SHARE < cost / (world.now - begun) < 1.05 * SHARE


def test_while_one_is_on_its_way_no_other_is_due(
    checkpointer: AsyncCheckpointer, world: World
) -> None:
    world.gate.clear()
    checkpointer.save(1, {}, values)
    world.now += 100 * EVERY_S
    assert not checkpointer.due()
    assert not checkpointer.due(epoch_ends=True)
    world.gate.set()
    checkpointer.flush()
    assert world.written == [1]


def test_a_second_one_waits_for_the_first(checkpointer: AsyncCheckpointer, world: World) -> None:
    world.gate.clear()
    checkpointer.save(1, {}, values)
    threading.Timer(0.05, world.gate.set).start()
    checkpointer.save(2, {}, values)
    checkpointer.flush()
    assert world.written == [1, 2]


def test_arrays_are_taken_before_the_training_goes_on(
    checkpointer: AsyncCheckpointer, world: World
) -> None:
    world.gate.clear()
    taken = []
    checkpointer.save(1, {}, lambda: taken.append(1) or values())  # type: ignore[func-returns-value]
    assert taken == [1]
    assert not world.written


def test_where_they_lie_is_told(checkpointer: AsyncCheckpointer, world: World) -> None:
    told: list[Found] = []
    checkpointer.save(4, {"step": 4}, values, told.append)
    checkpointer.flush()
    assert [(found.step, found.facts) for found in told] == [(4, {"step": 4})]


def collected(ask: Callable[[], object]) -> object:
    """Ask until the thread in the background has ended."""
    deadline = time.monotonic() + patience.seconds(30)
    while not (given := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return given


@pytest.mark.parametrize(
    "ask",
    [
        lambda checkpointer: collected(checkpointer.due),
        lambda checkpointer: collected(lambda: checkpointer.due(epoch_ends=True)),
        lambda checkpointer: checkpointer.flush(),
        lambda checkpointer: checkpointer.save(2, {}, values),
    ],
)
@pytest.mark.parametrize("error", [StageFailure("StorageForbidden", "no right"), OSError("disk")])
def test_a_failure_comes_to_light_once(
    checkpointer: AsyncCheckpointer,
    world: World,
    ask: Callable[[AsyncCheckpointer], object],
    error: Exception,
) -> None:
    world.fails = error
    checkpointer.save(1, {}, values)
    world.now += 2 * EVERY_S
    with pytest.raises(type(error), match=str(error)):
        ask(checkpointer)
    world.fails = None
    checkpointer.flush()
    save(checkpointer, world, step=3)
    assert world.written == [3]


def test_a_failure_to_note_where_they_lie_comes_to_light(
    checkpointer: AsyncCheckpointer, world: World
) -> None:
    def refuse(found: Found) -> None:
        raise RuntimeError("cannot note it")

    checkpointer.save(1, {}, values, refuse)
    with pytest.raises(RuntimeError, match="cannot note it"):
        checkpointer.flush()


def test_what_is_not_finite_is_only_logged(
    checkpointer: AsyncCheckpointer, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The training sees it in its loss, and goes back."""
    world.fails = StageFailure("CheckpointNotFinite", "weights are not finite")
    save(checkpointer, world, step=7)
    assert "no checkpoint at step 7: weights are not finite" in caplog.text
    assert checkpointer.due(epoch_ends=True)
