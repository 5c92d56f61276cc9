"""Moments: what the calendar says of them, and how late they are."""

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.columns import Column
from hone_trainer.columns.time import TimeColumn
from hone_trainer.rows.block import Block
from hone_trainer.rows.calendar import CYCLES, days
from tests.trainer.blocks import block, times

EARLIEST, EPOCH, LATEST = (datetime.fromisoformat(f"{year}-01-01") for year in (1700, 1970, 2200))
ALL = ["hour", "weekday", "month", "dayOfMonth", "sinceEpoch"]


def moments(*texts: str | None) -> Block:
    return block(at=times(*texts))


def column(*chosen: str) -> TimeColumn:
    return TimeColumn.model_validate({"fields": list(chosen)})


def learn(kind: TimeColumn, *blocks: Block) -> dict[str, Any]:
    summaries = [kind.summarize("at", each) for each in blocks]
    learned: dict[str, Any] = json.loads(json.dumps(kind.learn("at", summaries, blocks[0])))
    return learned


def test_without_fields_no_model_reads_it() -> None:
    kind = Column.model_validate({"name": "at", "time": {}}).value
    assert kind.form == "time"
    learned = learn(kind, moments("2026-01-01"))
    assert (learned, kind.fields("at", learned)) == ({}, ())
    assert kind.encode("at", moments("2026-01-01"), learned) == {}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("1970-01-01T00:00:00", {"hour": 0, "weekday": 3, "month": 0, "day_of_month": 0}),
        ("2026-11-26T02:41:07", {"hour": 2, "weekday": 3, "month": 10, "day_of_month": 25}),
        ("2024-02-29T23:59:59.999999", {"hour": 23, "weekday": 3, "month": 1, "day_of_month": 28}),
        ("1969-12-31T23:59:59", {"hour": 23, "weekday": 2, "month": 11, "day_of_month": 30}),
        ("2026-11-29T00:30:00+02:00", {"hour": 22, "weekday": 5, "month": 10, "day_of_month": 27}),
    ],
)
def test_what_comes_again_is_an_id(moment: str, expected: dict[str, int]) -> None:
    kind = column(*ALL[:4])
    encoded = kind.encode("at", moments(moment, None), {})
    assert {name: ids.tolist() for name, ids in encoded.items()} == {
        f"at_{part}": [[value + 2], [1]] for part, value in expected.items()
    }
    assert all(ids.dtype == np.int32 for ids in encoded.values())


def test_fields_are_in_the_order_in_which_they_are_chosen() -> None:
    kind = column("sinceEpoch", "month", "hour", "dayOfMonth", "weekday")
    shown = [(f.name, f.source, f.kind, f.length, f.size) for f in kind.fields("at", {})]
    assert shown == [
        ("at_since_epoch", "at", "number", 1, 0),
        ("at_month", "at", "id", 1, 14),
        ("at_hour", "at", "id", 1, 26),
        ("at_day_of_month", "at", "id", 1, 33),
        ("at_weekday", "at", "id", 1, 9),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.datetimes(EARLIEST, LATEST), min_size=1, max_size=9))
def test_the_calendar_is_that_of_the_standard_library(given: list[datetime]) -> None:
    found = np.array([(each - EPOCH) // timedelta(microseconds=1) for each in given])
    expected = {
        "hour": [each.hour for each in given],
        "weekday": [each.weekday() for each in given],
        "month": [each.month - 1 for each in given],
        "dayOfMonth": [each.day - 1 for each in given],
    }
    assert {name: of(found).tolist() for name, (_, of) in CYCLES.items()} == expected
    assert all(max(values) < CYCLES[name][0] for name, values in expected.items())
    since = [(each - EPOCH) / timedelta(days=1) for each in given]
    assert days(found) == pytest.approx(since)


def test_how_late_it_is_has_mean_0_and_deviation_1() -> None:
    kind = column("sinceEpoch")
    learned = learn(kind, moments("1970-01-11", None), moments("1970-01-31"))
    assert learned == {"sinceEpoch": {"offset": 20.0, "scale": 10.0}}
    encoded = kind.encode("at", moments("1970-01-11T00:00", "1970-01-21T12:00", None), learned)
    (late,) = encoded.values()
    assert late.dtype == np.float32
    assert late.tolist() == pytest.approx([-1.0, 0.05, 0.0])


@pytest.mark.parametrize("given", [[], [None], ["2026-01-01", "2026-01-01"]])
def test_a_moment_that_never_changes_is_zero(given: list[str | None]) -> None:
    kind = column("sinceEpoch")
    learned = learn(kind, moments(*given))
    (late,) = kind.encode("at", moments("2027-01-01", None), learned).values()
    assert late.tolist() == [0.0, 0.0]


def test_a_block_without_rows_takes_part() -> None:
    kind = column(*ALL)
    empty = moments("2026-01-01").keep(np.zeros(1, bool))
    learned = learn(kind, empty, moments("2026-01-01"), empty)
    encoded = kind.encode("at", empty, learned)
    assert [values.shape for values in encoded.values()] == [(0, 1)] * 4 + [(0,)]


def test_names_of_fields_are_those_that_are_encoded() -> None:
    kind = column(*ALL)
    learned = learn(kind, moments("2026-01-01"))
    encoded = kind.encode("at", moments("2026-01-02"), learned)
    assert [field.name for field in kind.fields("at", learned)] == list(encoded)


@pytest.mark.parametrize(
    ("chosen", "told"), [(["hour", "hour"], "chosen once"), (["minute"], "hour")]
)
def test_fields_that_are_none_are_refused(chosen: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Column.model_validate({"name": "at", "time": {"fields": chosen}})


def test_the_word_is_fields() -> None:
    assert column("hour").dump() == {"fields": ["hour"]}
