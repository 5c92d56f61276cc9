"""Amounts: read as Kubernetes reads them, grown within their bound, written without a loss."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hone.api.quantity import STEP, UNITS, amount, grown, written

SIZES = some.integers(1, 4096).flatmap(
    lambda number: some.sampled_from(["Mi", "Gi", "M", "G"]).map(lambda unit: f"{number}{unit}")
)
FACTORS = some.floats(1.01, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1", 1),
        ("500m", Fraction(1, 2)),
        ("1.5", Fraction(3, 2)),
        ("0.1", Fraction(1, 10)),
        ("2k", 2000),
        ("1M", 10**6),
        ("3E", 3 * 10**18),
        ("1Ki", 1024),
        ("1.5Gi", 3 * 2**29),
        ("1Ei", 2**60),
        ("100n", Fraction(1, 10**7)),
        ("7u", Fraction(7, 10**6)),
        ("129e6", 129 * 10**6),
        ("1E3", 1000),
        ("1e-3", Fraction(1, 1000)),
        ("1E", 10**18),
        (".5Gi", 2**29),
        ("+1", 1),
        ("2.", 2),
        ("1000m", 1),
    ],
)
def test_amounts_are_read_exactly(text: str, value: Fraction | int) -> None:
    assert amount(text) == value


@pytest.mark.parametrize(
    "text", ["", ".", "Gi", "-1", "1 Gi", "1GB", "1e", "1e9999", "1K", "1Gi\n", "a", "1ki", "١"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be an amount"):
        amount(text)


@pytest.mark.parametrize(
    ("whole", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1024, "1Ki"),
        (1536, "1536"),
        (3 * 2**30, "3Gi"),
        (9 * 2**29, "4608Mi"),
        (2**60, "1Ei"),
    ],
)
def test_amounts_are_written_with_the_largest_unit(whole: int, text: str) -> None:
    assert written(whole) == text


@pytest.mark.parametrize(
    ("text", "factor", "times", "bound", "more"),
    [
        ("2Gi", 1.5, 0, "8Gi", "2Gi"),
        ("2Gi", 1.5, 1, "8Gi", "3Gi"),
        ("2Gi", 1.5, 2, "8Gi", "4608Mi"),
        ("2Gi", 1.5, 3, "8Gi", "6912Mi"),
        ("2Gi", 1.5, 4, "8Gi", "8Gi"),
        ("2Gi", 1.5, 90, "8Gi", "8Gi"),
        ("2Gi", 2, 1, "3.5Gi", "3.5Gi"),
        ("2G", 2, 1, "8G", "3815Mi"),  # rounded up
        ("1Gi", 1.1, 1, "8Gi", "1127Mi"),
        ("9Gi", 2, 3, "8Gi", "9Gi"),  # never less than it was
        ("8Gi", 2, 3, "8192Mi", "8Gi"),
        ("1Gi", 2, 2**31 - 1, "8Gi", "8Gi"),  # as a record could say
    ],
)
def test_memory_grows_within_its_bound(
    text: str, factor: float, times: int, bound: str, more: str
) -> None:
    assert grown(text, factor, times, bound) == more


@given(some.integers(0, 2**62))
def test_what_is_written_is_read_back(whole: int) -> None:
    assert amount(written(whole)) == whole


@given(SIZES, FACTORS, some.integers(0, 40), SIZES)
def test_growth_keeps_its_promises(text: str, factor: float, times: int, bound: str) -> None:
    start, most = amount(text), amount(bound)
    now, then = (amount(grown(text, factor, n, bound)) for n in (times, times + 1))
    assert start <= now <= then <= max(start, most)
    if start < now < most:
        exact = start * Fraction(str(factor)) ** times
        assert exact <= now < exact + STEP


def test_every_unit_of_the_pattern_is_known() -> None:
    assert all(amount(f"2{unit}") == 2 * value for unit, value in UNITS.items())
