"""What two processes tell each other through shared memory, and what counts as silence."""

import os
from types import SimpleNamespace

import pytest

from hone_trainer.pod.heartbeat import Heartbeat


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Heartbeat:
    """With a clock that stands still until ``pass_by`` moves it."""
    clock = [5000.0]
    monkeypatch.setattr(
        "hone_trainer.pod.heartbeat.time", SimpleNamespace(monotonic=lambda: clock[0])
    )
    pulse = Heartbeat()
    pulse.clock = clock  # type: ignore[attr-defined]
    return pulse


def pass_by(pulse: Heartbeat, seconds: float) -> None:
    pulse.clock[0] += seconds  # type: ignore[attr-defined]


def test_nobody_listens_and_nothing_hangs_before_it_is_promised(pulse: Heartbeat) -> None:
    pass_by(pulse, 1e6)
    assert (pulse.asked, pulse.listening, pulse.hung) == (False, False, False)
    assert pulse.silence == 0


def test_silence_is_counted_from_the_last_beat(pulse: Heartbeat) -> None:
    with pulse.listens(10):
        pass_by(pulse, 9)
        assert (pulse.silence, pulse.hung) == (9, False)
        pulse.beat()
        pass_by(pulse, 10)
        assert not pulse.hung
        pass_by(pulse, 0.5)
        assert (pulse.silence, pulse.hung) == (10.5, True)


def test_a_start_may_take_longer_than_what_follows(pulse: Heartbeat) -> None:
    pulse.promise(60)
    pass_by(pulse, 50)
    assert (pulse.listening, pulse.hung) == (False, False)
    with pulse.listens(60):
        pass_by(pulse, 50)
        assert not pulse.hung
        pulse.promise(10)
        pass_by(pulse, 11)
        assert pulse.hung


def test_the_promise_begins_with_a_beat(pulse: Heartbeat) -> None:
    pulse.beat()
    pass_by(pulse, 100)
    with pulse.listens(10):
        assert (pulse.listening, pulse.silence) == (True, 0)


def test_the_promise_ends_even_by_an_error(pulse: Heartbeat) -> None:
    with pytest.raises(ValueError, match="work"), pulse.listens(10):
        raise ValueError("work")
    pass_by(pulse, 100)
    assert not pulse.listening
    assert not pulse.hung


def test_a_beat_is_never_seen_half_written() -> None:
    pulse = Heartbeat()
    pulse.promise(100)
    child = os.fork()
    if child == 0:
        while not pulse.asked:
            pulse.beat()
        os._exit(0)
    try:
        for _ in range(200_000):
            assert pulse.silence < 50
    finally:
        pulse.ask()
        os.waitpid(child, 0)


def test_a_wish_stays(pulse: Heartbeat) -> None:
    pulse.ask()
    with pulse.listens(10):
        assert pulse.asked
    assert pulse.asked
