"""How figures are written for people."""

import pytest

from hone.plan.figures import short
from hone.terminal.figures import decimal, duration, headline, size
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
        ("-0.0", "0"),
    ],
)
def test_short(value: str, written: str) -> None:
    assert short(value, ",") == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.88876, "0.8888"),
        (-0.01, "-0.0100"),
        (1.0, "1.0000"),
        (0.0, "0.0000"),
        (999.99, "999.9900"),
        (13500.0, "13,500"),
        (1234567.89, "1,234,567.9"),
        (-0.00001, "0.0000"),
        (-0.0, "0.0000"),
    ],
)
def test_figures_are_written_with_the_digits_that_tell_models_apart(
    value: float, written: str
) -> None:
    assert decimal(value) == written


def test_the_first_metric_is_the_headline() -> None:
    assert headline([metric("valAuc", 0.5), metric("loss", 1)]) == "valAuc 0.5"
    assert headline([]) == ""
