"""Deadlines grow with how slow the machine is, and never shrink."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from lab import patience


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("HONE_PATIENCE", raising=False)
    patience.factor.cache_clear()
    yield
    patience.factor.cache_clear()


@pytest.mark.parametrize(
    ("took", "waits"), [(0.01, 60), (0.15, 60), (0.3, 120), (0.6, 240), (900, 600)]
)
def test_a_deadline_is_stretched_by_how_slow_the_machine_is(
    monkeypatch: pytest.MonkeyPatch, took: float, waits: float
) -> None:
    clock = iter([100.0, 100.0 + took])
    fake = SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr(patience, "time", fake)
    monkeypatch.setattr(patience, "subprocess", SimpleNamespace(run=lambda *_, **__: None))
    assert patience.seconds(60) == pytest.approx(waits)
    assert patience.flag(60) == f"--timeout={waits}s"  # measured once


@pytest.mark.parametrize(("said", "waits"), [("3", 60), ("0.1", 20)])
def test_who_knows_better_says_it(monkeypatch: pytest.MonkeyPatch, said: str, waits: float) -> None:
    monkeypatch.setenv("HONE_PATIENCE", said)
    assert patience.seconds(20) == waits
