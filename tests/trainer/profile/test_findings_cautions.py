"""Every fault that is put into good data is warned of; good data are not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hone_trainer.profile.caution import SEVERITIES, Caution
from tests.trainer.blocks import block, columns
from tests.trainer.looked import look

COUNT = 6000
Rows = dict[str, Any]
Fault = Callable[[Rows, Any], Any]


def good() -> Rows:
    """Return rows of which there is nothing to say; the last two thousand are held out."""
    draw = np.random.default_rng(7)
    return {
        "price": draw.normal(size=COUNT),
        "age": draw.normal(size=COUNT),
        "shop": np.array([f"s{k}" for k in draw.integers(0, 30, COUNT)], object),
        "user": np.array([f"u{k:05d}-{k < 4000}-{k < 5000}" for k in range(COUNT)], object),
        "bought": (draw.random(COUNT) < 0.3).astype(float),
    }


KINDS: Rows = {
    "price": {"number": {}},
    "age": {"number": {}},
    "shop": {"id": {}},
    "user": {"key": {}},
    "bought": {"label": {}},
}
PARTS = np.repeat([0, 1, 2], [4000, 1000, 1000])
TRAIN, VALIDATION, TEST = (part == PARTS for part in range(3))


def cautions(
    fault: Fault | None = None, kinds: Rows | None = None, before: Fault | None = None, **told: Any
) -> tuple[Caution, ...]:
    """Judge good rows with a fault in them, or one that only rows as they were read have."""
    rows, read = good(), good()
    for change, frame in ((fault, rows), (fault, read), (before, read)):
        if change is not None:
            change(frame, np.random.default_rng(1))
    cleaned, raw = (block(parts=PARTS.tolist(), **frame) for frame in (rows, read))
    account = {"rowsIn": COUNT, "rows": {"train": 4000, "validation": 1000, "test": 1000}} | told
    return look(columns(**KINDS | (kinds or {})), raw, cleaned, account).cautions


def put(name: str, values: Callable[[Rows, Any], Any], where: Any = slice(None)) -> Fault:
    """Make a fault: put values into a column."""

    def fault(rows: Rows, draw: Any) -> None:
        made = values(rows, draw)
        rows.setdefault(name, np.zeros(COUNT))
        rows[name] = rows[name].copy()
        rows[name][where] = made[where] if np.ndim(made) else made

    return fault


def repeat(rows: Rows, draw: Any) -> None:
    for name in ("price", "age", "shop", "bought"):
        rows[name][4000:4100] = rows[name][:100]


def rare(rows: Rows, draw: Any) -> None:
    rows["bought"] = (np.arange(COUNT) % 200 == 0).astype(float)


def gaps(share: float) -> Fault:
    return put("age", lambda rows, draw: np.where(draw.random(COUNT) < share, np.nan, rows["age"]))


FAULTS: list[tuple[Fault, Rows, str, str, str]] = [
    (
        put("price", lambda rows, draw: rows["bought"] * 9 + rows["age"]),
        {}, "leak", "high", "price",
    ),
    (
        put("shop", lambda rows, draw: np.where(rows["bought"] > 0, "paid", "left").astype(object)),
        {}, "leak", "high", "shop",
    ),
    (put("user", lambda rows, draw: "u", slice(3990, 4010)), {}, "partedKey", "high", "user"),
    (repeat, {}, "repeatedRows", "high", ""),
    (put("age", lambda rows, draw: 3.0), {}, "constant", "medium", "age"),
    (put("age", lambda rows, draw: np.nan), {}, "constant", "medium", "age"),
    (put("bought", lambda rows, draw: 1.0), {}, "oneClass", "high", "bought"),
    (put("age", lambda rows, draw: 4.0, TEST), {}, "drift", "medium", "age"),
    (put("shop", lambda rows, draw: "s1", VALIDATION), {}, "drift", "medium", "shop"),
    (
        put("bought", lambda rows, draw: (draw.random(COUNT) < 0.5) * 1.0, TEST),
        {}, "labelRate", "medium", "bought",
    ),
    (
        put("shop", lambda rows, draw: np.array([f"n{k % 9}" for k in range(COUNT)], object), TEST),
        {}, "unseenIds", "medium", "shop",
    ),
    (rare, {}, "rareClass", "medium", "bought"),
    (gaps(0.4), {}, "missing", "medium", "age"),
    (lambda rows, draw: None, {"user": {"id": {}}}, "nearlyUnique", "medium", "user"),
    (put("age", lambda rows, draw: rows["price"] * -2 + 1), {}, "alike", "low", "age"),
]  # fmt: skip


def test_good_rows_are_not_warned_of() -> None:
    assert cautions() == ()


@pytest.mark.parametrize(("fault", "kinds", "topic", "severity", "column"), FAULTS)
def test_a_fault_is_found(
    fault: Fault, kinds: Rows, topic: str, severity: str, column: str
) -> None:
    found: dict[Any, Caution] = {
        (one.topic, one.severity, one.column): one for one in cautions(fault, kinds)
    }
    one = found[topic, severity, column]
    assert one.text.startswith(column)
    assert one.text.endswith(".")
    assert one.remedy.endswith(".")
    assert np.isfinite(one.figure)


def test_a_gap_that_gives_the_label_away_is_found_in_rows_as_they_were_read() -> None:
    hide = put("age", lambda rows, draw: np.where(rows["bought"] > 0, rows["age"], np.nan))
    assert {one.topic for one in cautions(before=hide)} == {"missingLeak", "missing"}


@pytest.mark.parametrize(
    ("told", "topics"),
    [
        ({"unreadable": 400}, {"quarantined"}),
        ({"unreadable": 100}, set()),
        ({"steps": [{"quarantined": {"price >= 0": 350}}]}, {"quarantined"}),
        ({"steps": [{"dropped": {"duplicate": 2500}}]}, {"dropped"}),
        ({"steps": [{"dropped": {"duplicate": 500}}]}, set()),
        ({"steps": [{"dropped": {"no shop": 400}}]}, {"lacking"}),
        ({"steps": [{"dropped": {"no bought": 400}}]}, set()),
        ({"source": [{"uri": "a", "rows": 0}, {"uri": "b", "rows": 6000}]}, {"emptyFile"}),
        ({"source": [{"uri": "a", "rows": 6000}, {"uri": "b"}]}, set()),
        ({"floats": ["shop"]}, {"floatIds"}),
        ({"largest": {"age": 9e3}}, set()),
        ({"largest": {"age": 3e4}}, {"large"}),
        ({"labels": {"train": [9, 9], "validation": [9, 1], "test": [1, 9]}}, set()),
        ({"labels": {"train": [9, 9], "validation": [9, 0], "test": [1, 9]}}, {"oneLabel"}),
        ({"missing": {"age": 2400}}, {"missing"}),
        ({"missing": {"age": 1000}}, set()),
    ],
)
def test_what_was_counted_over_all_rows_counts(told: Rows, topics: set[str]) -> None:
    assert {one.topic for one in cautions(**told)} == topics


def test_files_without_rows_are_named() -> None:
    files = [{"uri": f"raw/{k}.csv", "rows": k % 5} for k in range(30)]
    (one,) = cautions(source=files)
    names = "raw/0.csv, raw/5.csv, raw/10.csv, …"
    assert (one.severity, one.text) == ("low", f"6 of 30 files have no rows: {names}.")


def test_a_large_number_is_named_with_what_helps() -> None:
    (one,) = cautions(largest={"age": 1.3e37, "price": 3})
    assert (one.severity, one.column) == ("high", "age")
    assert one.text.startswith("age reaches 1.3e+37 as a model reads it, where others are about 1")
    assert one.remedy.startswith("Give age number.normalize.quantile, or add {outliers: {iqr: {}")


def test_each_part_of_one_label_is_named() -> None:
    counts = {"train": [9, 9], "validation": [0, 9], "test": [0, 7]}
    (one,) = cautions(labels=counts)
    assert (one.severity, one.text) == (
        "high",
        "bought is 1 in all rows of the validation and the test part: AUC cannot be known there, "
        "and the other figures say little.",
    )


def test_drawn_rows_of_label_0_make_a_source_without_them_good() -> None:
    ones = put("bought", lambda rows, draw: 1.0)
    drawn = {"train": [9, 9], "validation": [9, 9], "test": [9, 9]}
    assert cautions(ones, labels=drawn) == ()


def test_a_number_that_no_model_reads_is_not_compared_but_named() -> None:
    late = put("age", lambda rows, draw: np.arange(COUNT) * 1e9 + rows["bought"])
    assert {one.topic for one in cautions(late)} == {"drift"}
    (one,) = cautions(late, {"age": {"number": {"feature": False}}})
    assert (one.topic, one.severity, one.column) == ("notRead", "low", "age")


def test_why_most_rows_were_dropped_is_said() -> None:
    reasons = {"no shop": 100, "duplicate": 2500}
    (one,) = cautions(steps=[{"dropped": reasons}])
    assert one.text == "2,600 rows of 6,000 (43.3 %) were dropped, most of them for: duplicate."


def test_what_would_have_kept_rows_that_lack_a_value_is_said() -> None:
    age, shop = cautions(steps=[{"dropped": {"no shop": 1200, "no age": 600}}])
    assert (shop.severity, shop.column) == ("medium", "shop")
    lost = (
        "1,200 rows of 6,000 (20.0 %) were dropped for want of shop, and a model will refuse such"
    )
    assert shop.text == f"{lost} rows."
    assert "{missing: {word: unknown, columns: [shop]}} first in prepare.clean" in shop.remedy
    assert "{missing: {fill: median, columns: [age]}}" in age.remedy


def test_few_gaps_few_repeats_and_a_few_shared_keys_are_told_apart() -> None:
    assert cautions(gaps(0.2)) == ()

    def one_repeat(rows: Rows, draw: Any) -> None:
        for name in ("price", "age", "shop", "bought"):
            rows[name][4000] = rows[name][0]

    assert [(one.topic, one.severity) for one in cautions(one_repeat)] == [
        ("repeatedRows", "medium")
    ]


def test_ids_of_one_row_each_are_not_also_called_unseen() -> None:
    topics = {one.topic for one in cautions(kinds={"user": {"id": {}}})}
    assert topics == {"nearlyUnique"}


def test_a_pair_with_the_label_is_a_leak_and_not_a_likeness() -> None:
    topics = {one.topic for one in cautions(put("age", lambda rows, draw: rows["bought"] * 2))}
    assert topics == {"leak"}


def test_the_worst_comes_first() -> None:
    def faults(rows: Rows, draw: Any) -> None:
        repeat(rows, draw)
        gaps(0.4)(rows, draw)
        rows["price2"] = rows["price"] * 2

    found = cautions(faults, {"price2": {"number": {}}})
    order = [SEVERITIES.index(one.severity) for one in found]
    assert order == sorted(order)
    assert {0, 1, 2} <= set(order)


def test_keys_may_be_named_or_passed_over() -> None:
    rows = block(parts=PARTS.tolist(), **good())
    for keys, topics in (((), set()), (("shop",), {"partedKey"}), (None, set())):
        found = look(columns(**KINDS), rows, rows, {}, keys=keys).cautions
        assert {one.topic for one in found} == topics
