"""Each column by itself, before and after."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hone_trainer.columns import Column
from hone_trainer.profile.distributions import LONGEST, Portrait, iso, match, portray
from hone_trainer.profile.scale import BINS, Scale
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block, columns, times

DRAW = np.random.default_rng(0)


def portrait(before: Block, after: Block | None = None, **kind: Any) -> Portrait:
    """``portrait(block(x=[1, 2]), x={"number": {}})``; unchanged where nothing is said."""
    after = before if after is None else after
    (column,) = columns(**kind)
    tally = Tally.of(after, column) if after.form(column.name) == "text" else None
    return portray(column, before, after, tally, match(before, after))


def words(length: int = 1, kind: str = "id") -> Column:
    told: dict[str, Any] = {"words": {}} if kind == "text" else {"length": length}
    return columns(x={kind: told})[0]


@pytest.mark.parametrize(
    "values",
    [DRAW.normal(size=999), np.array([3.0]), np.array([1.0, 1.0, 5.0]), -DRAW.lognormal(size=50)],
)
def test_figures_of_numbers_are_those_of_pandas(values: Any) -> None:
    found = portrait(block(x=[*values, None]), x={"number": {}}).before
    figures, known = found.figures, pd.Series(values)
    assert (found.rows, found.missing, found.distinct) == (len(known) + 1, 1, known.nunique())
    assert figures["mean"] == pytest.approx(known.mean())
    assert figures["deviation"] == pytest.approx(known.std(ddof=0))
    for name, share in (("min", 0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("max", 1)):
        assert figures[name] == pytest.approx(known.quantile(share))


@pytest.mark.parametrize("values", [[None, None], [1e308, -1e308, None], [5e-324, 0], [7, 7, 7]])
def test_no_number_is_too_odd(values: list[float | None]) -> None:
    found = portrait(block(x=values), x={"number": {}})
    known = sum(value is not None for value in values)
    assert sum(found.histogram.counts["before"]) == known
    assert all(np.isfinite(figure) for figure in found.before.figures.values())


def test_before_after_and_parts_share_their_bins() -> None:
    before = block(x=[*range(20), None])
    after = before.placed(np.repeat([0, 1, 2], 7).astype(np.int8)).keep(np.arange(21) % 2 == 0)
    found = portrait(before, after, x={"number": {}}).histogram
    assert [sum(found.counts[side]) for side in ("before", "after")] == [20, 10]
    parts = np.array([found.counts[part] for part in ("train", "validation", "test")])
    assert parts.sum(axis=0).tolist() == list(found.counts["after"])
    assert {len(counts) for counts in found.counts.values()} == {len(found.edges) + 1}


@pytest.mark.parametrize(
    ("before", "bins", "below", "above"),
    [
        (np.arange(10.0), 10, 0, 0),
        (np.arange(1000.0), BINS, 0, 0),
        (np.r_[DRAW.normal(size=1000), 1e6], BINS, 0, 11),
        (np.r_[DRAW.normal(size=1000), -1e6], BINS, 10, 0),
        (np.r_[DRAW.integers(0, 5, 1000), 20], 21, 0, 0),
        (np.r_[DRAW.integers(0, 500, 1000), 10**9], BINS, 0, 1),
        (np.array([2.5, 2.5]), 1, 0, 0),
    ],
)
def test_a_long_tail_has_a_bin_of_its_own(before: Any, bins: int, below: int, above: int) -> None:
    ordered = np.sort(before)
    scale = Scale.of(ordered, ordered)
    counts = scale.counts(ordered)
    assert len(scale.edges) == bins + 1 or (bins == BINS and len(scale.edges) <= BINS + 1)
    assert counts.sum() == len(before)
    assert counts[0] == pytest.approx(below, abs=2)
    assert counts[-1] == pytest.approx(above, abs=3)


def test_each_of_few_whole_numbers_has_its_own_bin() -> None:
    ordered = np.array([0.0, 0, 0, 1, 3])
    assert Scale.of(ordered, ordered).counts(ordered).tolist() == [0, 3, 1, 0, 1, 0]


def test_texts_are_counted_word_by_word() -> None:
    before = block(x=["b", "a", None, "b", "c"], parts=[0, 0, 1, 2, 2])
    found = portrait(before, before.keep(np.array([1, 1, 1, 1, 0], bool)), x={"id": {}})
    assert found.histogram.words == ("b", "a", "c")
    assert found.histogram.counts["before"] == (2, 1, 1, 0)
    assert found.histogram.counts["after"] == (2, 1, 0, 0)
    assert found.histogram.counts["test"] == (1, 0, 0, 0)
    assert (found.after.missing, found.after.distinct, found.after.figures) == (1, 2, {"once": 1})


@pytest.mark.parametrize(
    ("column", "top", "counts"),
    [
        (words(), ["x y", "y"], [[1, 1], [1, 0], [0, 0]]),
        (words(length=2), ["y", "x"], [[2, 1], [1, 1], [0, 0]]),
        (words(kind="text"), ["y", "x"], [[2, 1], [1, 1], [0, 0]]),
    ],
)
def test_a_sequence_is_counted_id_by_id(column: Column, top: Any, counts: Any) -> None:
    tally = Tally.of(block(x=["x y", "y", None, "x y"], parts=[0, 0, 0, 1]), column)
    assert tally.top(2) == top
    assert tally.of_words(top).tolist() == counts


def test_a_word_that_nobody_has_is_not_counted() -> None:
    held = block(x=["a", "b"]).keep(np.array([True, False]))
    tally = Tally.of(held, words())
    assert tally.top(5) == ["a"]
    assert tally.of_words(["b", "z"]).sum() == 0


def test_a_long_text_is_shown_short() -> None:
    found = portrait(block(x=["y" * 1000]), x={"id": {}})
    assert [len(word) for word in found.histogram.words] == [LONGEST]


def test_times_have_a_range() -> None:
    when = times("2026-01-02T00:00:00", None, "2026-01-01T12:00:00")
    found = portrait(block(x=when), x={"time": {}})
    assert found.before.figures == {
        "earliest": "2026-01-01 12:00:00",
        "latest": "2026-01-02 00:00:00",
    }
    assert found.histogram.edges[0] == "2026-01-01 12:00:00"
    assert sum(found.histogram.counts["before"]) == 2


def test_a_time_beyond_all_calendars_is_still_written() -> None:
    assert iso(9e18) == "9e+18 µs"


@pytest.mark.parametrize(
    ("before", "after", "kind", "changed"),
    [
        (block(x=[1, None, 3]), block(x=[1, 2, 3]), {"number": {}}, 1),
        (block(x=[1, None, 3]), block(x=[1, None, 3]), {"number": {}}, 0),
        (block(x=[1, 2]), block(first=1, x=[5]), {"number": {}}, 1),
        (block(x=[1, 2]), block(first=9, x=[5]), {"number": {}}, 0),
        (block(x=["a", "b", None]), block(x=["a", "c", "a"]), {"id": {}}, 2),
        (block(x=["b", "a"]), block(x=["b", "a"]), {"id": {}}, 0),
        (block(x=["b", "a"]), block(x=[None, "a"]), {"id": {}}, 1),
        (block(x=times("2026-01-01")), block(x=times(None)), {"time": {}}, 1),
    ],
)
def test_changed_values_are_found_by_row(
    before: Block, after: Block, kind: dict[str, Any], changed: int
) -> None:
    assert portrait(before, after, x=kind).changed == changed
