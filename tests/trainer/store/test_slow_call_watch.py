"""A long wait is told while it lasts, a short one never."""

import threading

import pytest

from hone_trainer.store import slow_call_watch
from lab import patience


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_call_watch, "QUIET_S", 0.05)
    monkeypatch.setattr(slow_call_watch, "LOOK_S", 0.01)
    monkeypatch.setattr(slow_call_watch, "_watcher", [])


def test_a_long_wait_is_told_again_and_again() -> None:
    heard: list[int] = []
    twice = threading.Event()

    def say() -> None:
        heard.append(1)
        if len(heard) > 1:
            twice.set()

    with slow_call_watch.told(say):
        assert twice.wait(patience.seconds(30))


def test_nothing_is_told_of_what_is_over() -> None:
    heard: list[str] = []
    other = threading.Event()
    with slow_call_watch.told(lambda: heard.append("over")):
        pass
    with slow_call_watch.told(lambda: other.set()):
        assert other.wait(patience.seconds(30))
    assert heard == []


def test_a_block_that_fails_is_over_too() -> None:
    with pytest.raises(KeyError), slow_call_watch.told(lambda: None):
        raise KeyError
    assert slow_call_watch._waiting == {}
