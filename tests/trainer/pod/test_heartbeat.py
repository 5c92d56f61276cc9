"""What two processes tell each other through shared memory, and what counts as silence."""

import os
from types import SimpleNamespace

import pytest

from hone_trainer.pod.heartbeat import Heartbeat


@pytest.fixture
def heartbeat(monkeypatch: pytest.MonkeyPatch) -> Heartbeat:
    """With a clock that stands still until ``pass_by`` moves it."""
    clock = [5000.0]
    monkeypatch.setattr(
        "hone_trainer.pod.heartbeat.time", SimpleNamespace(monotonic=lambda: clock[0])
    )
    heartbeat = Heartbeat()
    heartbeat.clock = clock  # type: ignore[attr-defined]
    return heartbeat


def pass_by(heartbeat: Heartbeat, seconds: float) -> None:
    heartbeat.clock[0] += seconds  # type: ignore[attr-defined]


def test_nobody_listens_and_nothing_hangs_before_it_is_promised(heartbeat: Heartbeat) -> None:
    pass_by(heartbeat, 1e6)
    assert (heartbeat.asked, heartbeat.listening, heartbeat.hung) == (False, False, False)
    assert heartbeat.silence == 0


def test_silence_is_counted_from_the_last_beat(heartbeat: Heartbeat) -> None:
    with heartbeat.listens(10):
        pass_by(heartbeat, 9)
        assert (heartbeat.silence, heartbeat.hung) == (9, False)
        heartbeat.beat()
        pass_by(heartbeat, 10)
        assert not heartbeat.hung
        pass_by(heartbeat, 0.5)
        assert (heartbeat.silence, heartbeat.hung) == (10.5, True)


def test_a_start_may_take_longer_than_what_follows(heartbeat: Heartbeat) -> None:
    heartbeat.promise(60)
    pass_by(heartbeat, 50)
    assert (heartbeat.listening, heartbeat.hung) == (False, False)
    with heartbeat.listens(60):
        pass_by(heartbeat, 50)
        assert not heartbeat.hung
        heartbeat.promise(10)
        pass_by(heartbeat, 11)
        assert heartbeat.hung


def test_the_promise_begins_with_a_beat(heartbeat: Heartbeat) -> None:
    heartbeat.beat()
    pass_by(heartbeat, 100)
    with heartbeat.listens(10):
        assert (heartbeat.listening, heartbeat.silence) == (True, 0)


def test_the_promise_ends_even_by_an_error(heartbeat: Heartbeat) -> None:
    with pytest.raises(ValueError, match="work"), heartbeat.listens(10):
        raise ValueError("work")
    pass_by(heartbeat, 100)
    assert not heartbeat.listening
    assert not heartbeat.hung


def test_a_beat_is_never_seen_half_written() -> None:
    heartbeat = Heartbeat()
    heartbeat.promise(100)
    child = os.fork()
    if child == 0:
        while not heartbeat.asked:
            heartbeat.beat()
        os._exit(0)
    try:
        for _ in range(200_000):
            assert heartbeat.silence < 50
    finally:
        heartbeat.ask()
        os.waitpid(child, 0)


def test_a_wish_stays(heartbeat: Heartbeat) -> None:
    heartbeat.ask()
    with heartbeat.listens(10):
        assert heartbeat.asked
    assert heartbeat.asked
