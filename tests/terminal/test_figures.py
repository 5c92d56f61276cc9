"""How figures are written for people."""

import pytest

from hone.plan.figures import short
from hone.terminal.figures import duration, headline, percent, size
from hone_trainer.contract.assignment import metric


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (125, "2 min 05 s"), (3720, "1 h 02 min")],
)
def test_duration(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_800_000, "1.7 MiB"), (1 << 31, "2.0 GiB")],
)
def test_size(amount: float, written: str) -> None:
    assert size(amount) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("135000", "135,000"),
        ("0.88554321", "0.8855"),
        ("1e-05", "1e-05"),
        ("none", "none"),
        ("1e300", "1e+300"),
        ("inf", "inf"),
    ],
)
def test_short(value: str, written: str) -> None:
    assert short(value, ",") == written


def test_percent_keeps_two_digits() -> None:
    assert percent(0.8887) == "88.87 %"


def test_the_first_metric_is_the_headline() -> None:
    assert headline([metric("valAccuracy", 0.5), metric("loss", 1)]) == "valAccuracy 0.5"
    assert headline([]) == ""
