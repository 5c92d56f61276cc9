"""Deadlines grow with how slow the machine is, and never shrink."""

from types import SimpleNamespace

import pytest

from lab import patience


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HONE_PATIENCE", raising=False)
    monkeypatch.setattr(patience, "_measured", [])


@pytest.mark.parametrize(
    ("took", "waits"), [(0.01, 60), (0.15, 60), (0.3, 120), (0.6, 240), (900, 600)]
)
def test_a_deadline_is_stretched_by_how_slow_the_machine_is(
    monkeypatch: pytest.MonkeyPatch, took: float, waits: float
) -> None:
    machine(monkeypatch, 100.0, 100.0 + took, 101.0 + took)
    assert patience.seconds(60) == pytest.approx(waits)
    assert patience.flag(60) == f"--timeout={waits}s"  # not measured again


def test_a_machine_that_becomes_slower_is_measured_again_and_one_that_becomes_quicker_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The slowest counts: a wait may have begun in its time."""
    machine(monkeypatch, 100.0, 100.15, 130.0, 161.0, 161.75, 300.0, 300.15)
    assert [patience.seconds(60) for _ in range(4)] == pytest.approx([60, 60, 300, 300])


def machine(monkeypatch: pytest.MonkeyPatch, *times: float) -> None:
    """Let the clock say these."""
    clock = iter(times)
    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(patience, "subprocess", SimpleNamespace(run=lambda *_, **__: None))


@pytest.mark.parametrize(("said", "waits"), [("3", 60), ("0.1", 20)])
def test_who_knows_better_says_it(monkeypatch: pytest.MonkeyPatch, said: str, waits: float) -> None:
    monkeypatch.setenv("HONE_PATIENCE", said)
    assert patience.seconds(20) == waits
