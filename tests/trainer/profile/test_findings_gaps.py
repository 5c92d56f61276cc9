"""The missing-value map."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.profile.gaps import STRIPES, Pattern, map_gaps
from tests.trainer.blocks import block, times


def test_a_gap_shows_in_its_stripe() -> None:
    values = np.ones(400)
    values[100:120] = np.nan
    found = map_gaps(block(first=7, x=values, y=np.ones(400)), ("x", "y"))
    assert list(found.stripes) == ["x"]
    assert np.flatnonzero(found.stripes["x"]).tolist() == [10, 11]
    assert found.stripes["x"][10] == 1.0
    assert found.starts[:2] == (7, 17)


@pytest.mark.parametrize("rows", [1, 3, STRIPES, STRIPES + 1, 1001])
def test_stripes_share_all_rows_among_them(rows: int) -> None:
    found = map_gaps(block(x=[None] * rows), ("x",))
    assert len(found.stripes["x"]) == len(found.starts) == min(rows, STRIPES)
    assert set(found.stripes["x"]) == {1.0}


def test_columns_that_are_missing_together_are_named() -> None:
    gaps = block(
        x=[None, None, None, 1, 1],
        y=["a", None, None, None, "b"],
        z=times(*["2026-01-01"] * 2, None, *["2026-01-01"] * 2),
    )
    assert map_gaps(gaps, ("x", "y", "z")).patterns == (
        Pattern(("x",), 1),
        Pattern(("y",), 1),
        Pattern(("x", "y"), 1),
        Pattern(("x", "y", "z"), 1),
    )


def test_the_most_frequent_pattern_comes_first() -> None:
    gaps = block(x=[1, None, None], y=[None, None, None])
    assert map_gaps(gaps, ("x", "y")).patterns[0] == Pattern(("x", "y"), 2)


def test_sixty_four_columns_are_told_apart() -> None:
    names = tuple(f"c{number}" for number in range(64))
    made: dict[str, Any] = {
        name: [None if k == number else 1 for k in range(64)] for number, name in enumerate(names)
    }
    found = map_gaps(block(**made), names)
    assert {pattern.columns for pattern in found.patterns} <= {(name,) for name in names}
    assert len(found.stripes) == 64


def test_no_rows_have_no_gaps() -> None:
    empty = block(x=[1.0]).keep(np.array([False]))
    assert map_gaps(empty, ("x",)).stripes == {}
