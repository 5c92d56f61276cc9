"""The record as a whole: what goes in, what comes out as JSON."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.profile import account as accounts
from hone_trainer.profile.figures import number, plural, seconds, share, size
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.subsample import thin
from hone_trainer.rows.block import Block, Texts
from tests.trainer.blocks import block, columns, times
from tests.trainer.looked import look

COLUMNS = columns(
    price={"number": {}},
    shop={"id": {}},
    seen={"id": {"length": 3}},
    title={"text": {"words": {}}},
    at={"time": {}},
    user={"key": {}},
    bought={"label": {}},
)
ACCOUNT: dict[str, Any] = {
    "rowsIn": 10,
    "unreadable": 1,
    "rows": {"train": 7, "validation": 1, "test": 1},
    "augmented": 2,
    "steps": [
        {"dropped": {"duplicate": 1}, "changed": {"filled": {"price": 2, "age": 0}}},
        {"dropped": {"duplicate": 1, "no shop": 0}, "quarantined": {"price >= 0": 1}},
        {"changed": {"filled": {"price": 1}, "clipped": {"age": 0}}},
    ],
    "missing": {"price": 3},
}


def rows(count: int = 60) -> Block:
    return block(
        price=[k % 7 for k in range(count)],
        shop=[f"s{k % 5}" for k in range(count)],
        seen=[f"a{k % 50} b{k % 2}" for k in range(count)],
        title=["Red shoes"] * count,
        at=times(*[f"2026-01-{k % 28 + 1:02d}" for k in range(count)]),
        user=[f"u{k}" for k in range(count)],
        bought=[k % 2 for k in range(count)],
        parts=[0] * (count - count // 3) + [1] * (count // 6) + [2] * (count // 3 - count // 6),
    )


def test_the_record_is_json() -> None:
    found = look(COLUMNS, rows(), rows(), ACCOUNT)
    row = json.loads(json.dumps(found.row(), allow_nan=False))
    assert [column["name"] for column in row["columns"]] == [c.name for c in COLUMNS]
    assert row["account"] == ACCOUNT
    parts = {"train": 40, "validation": 10, "test": 10}
    assert row["sample"] == {"before": 60, "after": 60} | parts


@pytest.mark.parametrize("keep", [[], [0], [0, 59], [45], range(40), range(40, 60)])
def test_a_record_can_be_made_of_whatever_is_left(keep: Any) -> None:
    chosen = np.isin(np.arange(60), list(keep))
    found = look(COLUMNS, rows(), rows().keep(chosen), {})
    json.dumps(found.row(), allow_nan=False)
    assert found.sample["after"] == len(list(keep))
    assert look(COLUMNS, rows().keep(chosen), rows().keep(chosen), {}).gaps.stripes == {}


def test_columns_of_only_gaps_can_be_looked_at() -> None:
    gaps = block(price=[None] * 9, bought=[None] * 9, parts=[0, 1, 2] * 3)
    found = look(columns(price={"number": {}}, bought={"label": {}}), gaps, gaps, {})
    json.dumps(found.row(), allow_nan=False)
    assert found.missing("price") == 1


def test_columns_that_a_block_lacks_are_passed_over() -> None:
    found = look(COLUMNS, rows(), block(price=[1, 2], bought=[0, 1]), {})
    assert [column.name for column in found.columns] == ["price", "bought"]


def test_data_without_a_label_can_be_looked_at() -> None:
    found = look(COLUMNS[:-1], rows(), rows(), {})
    assert (found.alone, found.rates) == ((), ())


def test_it_is_the_same_whatever_the_order_of_the_dictionaries() -> None:
    whole = turned = rows()
    for name in ("shop", "seen", "title", "user"):
        texts = whole.texts(name)
        last = len(texts.words) - 1
        turned = turned.put(name, Texts(last - texts.codes, texts.words[::-1]).array())
    first, second = (made.texts("seen").words.to_pylist() for made in (whole, turned))
    assert first != second
    assert look(COLUMNS, turned, turned, {}).row() == look(COLUMNS, whole, whole, {}).row()


def test_figures_keep_the_digits_that_people_read() -> None:
    found = look(COLUMNS, rows(), rows(), {"seconds": {"read": 1.23456789}})
    assert found.row()["account"]["seconds"]["read"] == 1.23457
    assert replace(found, account={"x": float("nan")}).row()["account"] == {"x": None}


def test_missing_values_are_counted_over_all_rows_where_that_is_known() -> None:
    found = look(COLUMNS, rows(), rows(), ACCOUNT)
    assert found.missing("price") == pytest.approx(3 / 9)
    assert found.missing("shop") == 0
    assert isinstance(found, Findings)


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ({}, True),
        ({"rowsIn": 60}, True),
        ({"rowsIn": 61}, False),
        ({"rowsIn": 61, "unreadable": 1}, True),
        ({"rows": {"train": 61}}, False),
        ({"rows": {"train": 61}, "augmented": 1}, True),
    ],
)
def test_it_knows_whether_it_has_seen_all_rows(told: dict[str, Any], whole: bool) -> None:
    assert look(COLUMNS, rows(), rows(), told).whole is whole


def test_the_account_adds_up() -> None:
    assert accounts.dropped(ACCOUNT) == {"duplicate": 2}
    assert accounts.quarantined(ACCOUNT) == {"unreadable": 1, "price >= 0": 1}
    assert accounts.changed(ACCOUNT) == {"filled": {"price": 3}}
    assert (accounts.rows_in(ACCOUNT), accounts.readable(ACCOUNT)) == (10, 9)
    assert (accounts.rows_out(ACCOUNT), accounts.added(ACCOUNT)) == (7, 2)
    assert (accounts.rows_in({}), accounts.quarantined({}), accounts.changed({})) == (0, {}, {})


def test_thinning_keeps_small_parts_whole_and_the_same_rows() -> None:
    made = rows(600)
    few = thin(made, 150, seed=3)
    assert [int((few.parts == part).sum()) for part in range(3)] == [150, 100, 100]
    assert thin(made.keep(made.rows % 2 == 0), 10_000, 3).rows.tolist() == list(range(0, 600, 2))
    assert set(thin(made, 50, 3).rows) <= set(few.rows)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (number(0), "0"),
        (number(-0.0), "0"),
        (number(1234567), "1,234,567"),
        (number(12.3456), "12.35"),
        (number(1234.5), "1,234"),
        (number(-0.25), "-0.25"),
        (number(0.00001), "1e-05"),
        (number(3e12), "3e+12"),
        (number(float("nan")), "not a number"),
        (share(0), "0 %"),
        (share(0.00001), "< 0.1 %"),
        (share(0.1234), "12.3 %"),
        (share(0.99999), "> 99.9 %"),
        (share(1), "100 %"),
        (seconds(1.26), "1.3 s"),
        (seconds(150), "2 min 30 s"),
        (seconds(7500), "2 h 05 min"),
        (size(0), "0 B"),
        (size(2048), "2.0 KiB"),
        (size(5e12), "4.5 TiB"),
        (plural(1, "row"), "1 row"),
        (plural(2000, "row"), "2,000 rows"),
    ],
)
def test_figures_are_written_for_people(said: str, wanted: str) -> None:
    assert said == wanted
