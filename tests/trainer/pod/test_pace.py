"""The time that is left follows from the pace so far, and nobody guesses before there is one."""

import pytest

from hone_trainer.pod.pace import Pace


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([(0, 0.0), (10, 0.5)], 10.0),
        ([(0, 0.0), (10, 0.25)], 30.0),
        ([(0, 0.0), (1, 0.04)], None),  # too early to tell
        ([(5, 0.6), (15, 0.8)], 10.0),  # it goes on where another attempt left off
        ([(0, 0.0), (10, 1.0)], 0.0),
        ([(0, 0.2)], None),
    ],
)
def test_the_time_left(told: list[tuple[float, float]], left: float | None) -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    found = None
    for now[0], fraction in told:
        found = pace.remaining(fraction)
    assert found == (None if left is None else pytest.approx(left))
