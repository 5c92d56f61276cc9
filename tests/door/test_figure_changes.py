"""A difference between two runs is beyond chance, or it is not; where nobody knows, nobody says."""

import math
from typing import Any

import pytest

from hone.api.outcome import FigureOutcome
from hone.door.figure_changes import figure_change


def figure(
    value: float | None, low: float | None = None, high: float | None = None
) -> FigureOutcome:
    return FigureOutcome(value=value, low=low, high=high)


def share(hits: int, of: int) -> FigureOutcome:
    """A share with its interval (Wilson 1927)."""
    z, p = 1.959964, hits / of
    middle, spread = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + (z / (2 * of)) ** 2)
    scale = 1 + z * z / of
    return figure(p, (middle - spread) / scale, (middle + spread) / scale)


def test_the_interval_is_that_of_the_literature() -> None:
    """Newcombe (1998), method 10, of 56/70 and 48/80: 0.2, 95 % interval 0.0524 to 0.3339."""
    found = figure_change(share(48, 80), share(56, 70))
    assert found.difference == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)
    assert found.beyond_chance is True


@pytest.mark.parametrize(
    ("before", "after", "beyond"),
    [
        (figure(0.8, 0.75, 0.85), figure(0.81, 0.76, 0.86), False),
        (figure(0.8, 0.79, 0.81), figure(0.9, 0.89, 0.91), True),
        (figure(0.9, 0.89, 0.91), figure(0.8, 0.79, 0.81), True),
        (figure(0.8, 0.79, 0.81), figure(0.8, 0.79, 0.81), False),
        (figure(0.8), figure(0.9, 0.89, 0.91), None),
        (figure(None), figure(0.9, 0.89, 0.91), None),
        (None, figure(0.9, 0.89, 0.91), None),
        # Intervals may touch, and the difference be beyond chance all the same.
        (figure(0.80, 0.77, 0.83), figure(0.85, 0.82, 0.88), True),
    ],
)
def test_whether_it_is_chance(before: Any, after: Any, beyond: bool | None) -> None:
    assert figure_change(before, after).beyond_chance is beyond


def test_a_difference_without_intervals_is_told_all_the_same() -> None:
    found = figure_change(figure(0.5), figure(0.75))
    assert (found.difference, found.low) == (0.25, None)
    assert figure_change(figure(0.5), None).difference is None
