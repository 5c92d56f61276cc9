"""What people are told while passes run: forward only, with a guess at the rest."""

from typing import Any

import pytest

from hone_trainer.prepare.pass_runner import PassRunner, legs_of

SPANS = {"reading": (0.0, 0.5), "learning": (0.5, 0.75), "writing": (0.75, 1.0)}


class Scratch:
    """Remembers nothing but what earlier attempts have noted."""

    def __init__(self, noted: dict[str, dict[int, Any]] | None = None) -> None:
        self.noted = noted or {}

    def notes(self, work: str) -> dict[int, Any]:
        return dict(self.noted.get(work, {}))


class Executor:
    """Does the work at once, in order, a second each."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.done: list[int] = []

    def map(self, work: Any, indices: list[int], done: Any) -> None:
        for index in indices:
            self.clock.now += 1.0
            self.done.append(index)
            done(index, work(index))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Context:
    """Takes down what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str, float | None]] = []
        self.heartbeat = self

    def beat(self) -> None:
        return

    def progress(self, fraction: float, message: str, remaining: float | None = None) -> None:
        self.told.append((round(fraction, 6), message, remaining))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("hone_trainer.prepare.pass_runner.time", clock)
    monkeypatch.setattr("hone_trainer.prepare.pass_runner.PAUSE_S", 0.5)
    return clock


def runner(clock: Clock, noted: dict[str, dict[int, Any]] | None = None) -> Any:
    made: Any = PassRunner(Context(), Executor(clock), Scratch(noted), SPANS, _begun=clock.now)  # type: ignore[arg-type]
    return made


def facts(index: int) -> dict[str, Any]:
    return {"rows": index}


def test_each_piece_moves_the_share_of_its_span(clock: Clock) -> None:
    run = runner(clock)
    assert run.run("read", facts, 4, "reading") == [{"rows": index} for index in range(4)]
    assert [fraction for fraction, _, _ in run.ctx.told] == [0.0, 0.125, 0.25, 0.375, 0.5]
    assert run.ctx.told[1][1] == "reading: 1 of 4"


def test_passes_of_a_span_have_their_own_part_of_it(clock: Clock) -> None:
    run = runner(clock)
    for leg in legs_of("learning", 2):
        run.run(f"work {leg[1]}", facts, 2, leg)
    shares = [fraction for fraction, _, _ in run.ctx.told]
    assert shares == [0.5, 0.5625, 0.625, 0.625, 0.6875, 0.75]
    assert {message.partition(":")[0] for _, message, _ in run.ctx.told} == {"learning"}


def test_what_an_earlier_attempt_has_noted_is_not_done_again(clock: Clock) -> None:
    run = runner(clock, {"read": {0: {"rows": "old"}, 2: {"rows": "old"}}})
    found = run.run("read", facts, 4, "reading")
    assert run.executor.done == [1, 3]
    assert found == [{"rows": "old"}, {"rows": 1}, {"rows": "old"}, {"rows": 3}]
    assert all("going on from an earlier attempt" in message for _, message, _ in run.ctx.told)
    assert run.ctx.told[0][0] == 0.25


def test_the_rest_is_guessed_from_the_pace_so_far(clock: Clock) -> None:
    run = runner(clock)
    run.run("read", facts, 50, "reading")
    first, *_, last = run.ctx.told
    assert first[2] is None
    assert last[2] == pytest.approx(50.0)  # half is done in 50 seconds


def test_what_was_said_is_not_taken_back(clock: Clock) -> None:
    run = runner(clock)
    run.tell("writing", 0.5, "1 of 2")
    run.tell("reading", 0.0, "0 of 2")
    assert [fraction for fraction, _, _ in run.ctx.told] == [0.875, 0.875]


def test_whoever_watches_may_stop_a_pass(clock: Clock) -> None:
    def watch(found: dict[str, Any]) -> None:
        if found["rows"] == 2:
            raise ValueError("enough")

    run = runner(clock)
    with pytest.raises(ValueError, match="enough"):
        run.run("read", facts, 5, "reading", watch)
    assert run.executor.done == [0, 1, 2]
