"""The latest rows are held out, and nothing of the future is trained on."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import NO_TIME
from hone_trainer.splits import spans
from hone_trainer.splits.spans import Spans
from tests.trainer.blocks import block, times
from tests.trainer.splitting import ask, cut, place

BY_TIME = {"time": {"column": "when"}}
BY_NUMBER = {"time": {"column": "price"}}


@settings(deadline=None)
@given(minutes=st.lists(st.integers(-3, 50), min_size=5, max_size=60))
def test_no_row_is_as_late_as_one_of_a_later_part(minutes: list[int]) -> None:
    when = np.array([*minutes, -4, 60, 70])  # three times there are
    rows = block(when=pa.array(when, pa.timestamp("us")))
    parts = place(BY_TIME, [rows], ask(len(when)))
    assert set(parts.tolist()) == {0, 1, 2}
    assert when[parts == 0].max() < when[parts == 1].min()
    assert when[parts == 1].max() < when[parts == 2].min()


def test_shares_are_exact_where_times_differ() -> None:
    when = np.random.default_rng(1).permutation(5000) * 1_000_003
    parts = place(BY_TIME, [block(when=pa.array(when, pa.timestamp("us")))], ask(5000))
    assert np.bincount(parts).tolist() == [3500, 500, 1000]
    assert set(np.flatnonzero(parts == 2)) == set(np.argsort(when)[-1000:])


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        # Ten days, two rows a day, in no order.
        ([*range(10), *range(9, -1, -1)], [14, 2, 4]),
        # The last day holds most rows: it is the test part, though far too large.
        ([0, 1, 2, 3, *[9] * 16], [2, 2, 16]),
        # The first day holds most: there is one row for each of the others.
        ([0] * 18 + [1, 2], [18, 1, 1]),
        # A quarter of the rows at a time: as near as it gets, which is 5 rows and not 10.
        ([*[0] * 5, *[1] * 5, *[2] * 5, *[3] * 5], [10, 5, 5]),
    ],
)
def test_ties_stay_together(rows: list[int], parts: list[int]) -> None:
    days = pa.array(np.array(rows) * 86_400_000_000, pa.timestamp("us"))
    found = place(BY_TIME, [block(when=days)], ask(len(rows)))
    assert np.bincount(found).tolist() == parts


@pytest.mark.parametrize("way", [BY_TIME, BY_NUMBER])
def test_a_missing_time_is_refused(way: dict[str, dict[str, str]]) -> None:
    rows = block(when=times("2026-01-01", None, "2026-01-02"), price=[1, None, 2])
    with pytest.raises(StageFailure, match="no value in 2 rows") as failure:
        place(way, [rows, rows], ask(6))
    assert failure.value.reason == "MissingValues"


def test_numbers_order_rows_whatever_their_sign_and_size() -> None:
    price = np.array([-1e300, -3.5, -0.0, 0.0, 1e-9, 2, 1e9, 4e9, 1e300, 2e300])
    parts = place(BY_NUMBER, [block(price=price[::-1])], ask(10))
    assert parts.tolist() == [2, 2, 1, 0, 0, 0, 0, 0, 0, 0]


def test_two_times_are_too_few() -> None:
    rows = block(when=times("2026-01-01", "2026-01-02", "2026-01-02"))
    with pytest.raises(StageFailure, match="holds 2 times") as failure:
        place(BY_TIME, [rows], ask(3))
    assert failure.value.reason == "TooFewTimes"


def test_very_many_times_cost_little_of_the_shares() -> None:
    """A year of rows to the microsecond, ten times as many as spans; half fall on one day."""
    draw = np.random.default_rng(2)
    count, year, day = 650_000, 31_536_000_000_000, 86_400_000_000
    when = draw.integers(0, year, count)
    when[::2] = 300 * day + draw.integers(0, day, (count + 1) // 2)
    rows = block(when=pa.array(when, pa.timestamp("us")))
    parts = place(BY_TIME, [rows], ask(count))
    assert np.bincount(parts)[1:] / count == pytest.approx([0.1, 0.2], abs=3e-3)
    assert when[parts == 0].max() < when[parts == 1].min()
    assert when[parts == 1].max() < when[parts == 2].min()
    assert np.array_equal(place(BY_TIME, cut(rows, [90_000, 400_000]), ask(count)), parts)


@settings(deadline=None)
@given(
    ends=st.lists(st.integers(0, 90), max_size=6),
    numbers=st.lists(st.integers(-(2**62), 2**62), min_size=90, max_size=90),
    most=st.integers(2, 40),
)
def test_counts_do_not_depend_on_how_rows_were_cut(
    ends: list[int], numbers: list[int], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "MOST", most)
        all_times = np.array(numbers)
        whole = Spans.count(all_times)
        pieces = [Spans.count(piece) for piece in np.split(all_times, sorted(ends))]
        joined = Spans.join(pieces[::-1])
    assert (joined.shift, joined.places.tolist()) == (whole.shift, whole.places.tolist())
    assert joined.rows.tolist() == whole.rows.tolist()
    assert whole.rows.sum() == 90
    assert len(whole.places) <= most


def test_what_a_block_leaves_is_bounded() -> None:
    counted = Spans.count(np.arange(200_000) * 7)
    assert len(counted.places) <= spans.MOST
    assert counted.shift == 5
    again = Spans.of(counted.table())
    assert again.places.tolist() == counted.places.tolist()
    assert (again.shift, again.missing) == (5, 0)


def test_missing_times_are_counted_apart() -> None:
    counted = Spans.join(
        [Spans.count(np.array([NO_TIME, 4, NO_TIME, 4])), Spans.count(np.array([NO_TIME]))]
    )
    assert (counted.missing, counted.places.tolist(), counted.rows.tolist()) == (3, [4], [2])
