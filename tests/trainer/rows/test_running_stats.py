"""Count, mean, deviation and range, seen piece by piece."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hone_trainer.rows.running_stats import Moments, gather, join

NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=30)


def of(*values: float | None) -> Moments:
    return Moments.of(np.array([np.nan if v is None else v for v in values], np.float64))


def known(values: list[float]) -> NDArray[np.float64]:
    found = np.array(values, np.float64)
    return found[~np.isnan(found)]


@pytest.mark.parametrize(
    ("values", "count", "mean", "deviation", "low", "high"),
    [
        ((1.0, 2.0, 3.0, 4.0), 4, 2.5, 1.25**0.5, 1.0, 4.0),
        ((5.0,), 1, 5.0, 0.0, 5.0, 5.0),
        ((None, 1.0, None, 3.0), 2, 2.0, 1.0, 1.0, 3.0),
        ((), 0, 0.0, 0.0, float("inf"), float("-inf")),
        ((None,), 0, 0.0, 0.0, float("inf"), float("-inf")),
    ],
)
def test_moments(
    values: tuple[float, ...], count: int, mean: float, deviation: float, low: float, high: float
) -> None:
    found = of(*values)
    assert (found.count, found.low, found.high) == (count, low, high)
    assert (found.mean, found.deviation) == pytest.approx((mean, deviation))


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, max_size=6))
def test_pieces_tell_as_much_as_the_whole(pieces: list[list[float]]) -> None:
    found = join(Moments.of(np.array(piece, np.float64)) for piece in pieces)
    whole = known([value for piece in pieces for value in piece])
    assert found.count == len(whole)
    if len(whole):
        assert found.mean == pytest.approx(whole.mean(), rel=1e-9, abs=1e-9)
        assert found.deviation == pytest.approx(whole.std(), rel=1e-6, abs=1e-6)
        assert (found.low, found.high) == (whole.min(), whole.max())


def test_no_digits_are_lost_where_the_mean_is_large() -> None:
    """The textbook formula, mean of squares minus square of mean, gives 0 or less here."""
    values = 1e9 + np.array([4.0, 7.0, 13.0, 16.0] * 1000)
    found = join(Moments.of(piece) for piece in np.array_split(values, 7))
    assert found.deviation == pytest.approx(22.5**0.5, rel=1e-9)


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-300, 1 / 3, 7e22])
@pytest.mark.parametrize("sizes", [(1000,), (3, 997), (1, 0, 333, 7)])
def test_what_never_changes_deviates_by_nothing(value: float, sizes: tuple[int, ...]) -> None:
    """The mean of a thousand tenths is not a tenth, and its rounding no deviation."""
    found = join(Moments.of(np.full(size, value)) for size in sizes)
    assert (found.mean, found.deviation, found.count) == (value, 0.0, sum(sizes))


@settings(max_examples=30, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_moments_survive_their_table_to_the_last_bit(pieces: list[list[float]]) -> None:
    found = [Moments.of(np.array(piece, np.float64)) for piece in pieces]
    assert gather(each.table() for each in found) == join(found)


def test_nothing_changes_nothing() -> None:
    some = of(1.0, 2.0)
    assert some.join(Moments()) == Moments().join(some) == some
    assert gather([]) == Moments()


@pytest.mark.parametrize("value", [1e200, -1e308, float("inf")])
def test_the_range_is_right_whatever_comes(value: float) -> None:
    found = join([of(1.0, 2.0), of(value, -value, 3.0), of(1.0)])
    assert (found.count, found.low, found.high) == (6, -abs(value), abs(value))
