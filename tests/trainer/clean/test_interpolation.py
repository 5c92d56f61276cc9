"""Missing numbers read off their course over time."""

import json
from typing import Any

import numpy as np
import pytest

from hone_trainer.clean import AnyCleaning, curves
from hone_trainer.clean.missing import Missing
from hone_trainer.rows.block import NO_TIME, Block
from tests.trainer.blocks import block, columns, times
from tests.trainer.cleaned import clean, seen

COLUMNS = columns(shop={"id": {}}, day={"number": {}}, price={"number": {}}, hot={"label": {}})


def along(name: str, by: str | None = None, **words: Any) -> Missing:
    ways = {"along": name} if by is None else {"along": name, "by": by}
    step = AnyCleaning.model_validate({"missing": {"interpolate": ways, **words}}).value
    assert isinstance(step, Missing)
    return step


def sales(*rows: tuple[str | None, float | None, float | None], held_out: int = 0) -> Block:
    """Return rows of shop, day and price; the last ones are held out."""
    shop, day, price = (list(values) for values in zip(*rows, strict=True))
    parts = [0] * (len(rows) - held_out) + [1] * held_out
    return block(shop=shop, day=day, price=price, hot=[1.0] * len(rows), parts=parts)


KNOWN = (("a", 1.0, 10.0), ("a", 3.0, 30.0), ("b", 3.0, 50.0), ("b", 5.0, 0.0), ("c", 9.0, 7.0))
"""Days 1, 3, 5 and 9 of all shops: 10, 40, 0 and 7."""


@pytest.mark.parametrize(
    ("shop", "day", "all_shops", "own"),
    [
        ("a", 2.0, 25.0, 20.0),
        ("b", 4.0, 20.0, 25.0),
        ("a", 3.0, 40.0, 30.0),
        ("a", -5.0, 10.0, 10.0),
        ("a", 99.0, 7.0, 30.0),  # a course stays where it ends
        ("b", 0.0, 10.0, 50.0),
        ("c", 4.0, 20.0, 20.0),  # one day makes no course
        ("new", 4.0, 20.0, 20.0),
        (None, 4.0, 20.0, 20.0),
        ("a", None, 10.0, 10.0),  # the median of 0, 7, 10, 30 and 50
    ],
)
def test_a_gap_is_read_off_the_course(
    shop: str | None, day: float | None, all_shops: float, own: float
) -> None:
    data = sales(*KNOWN, (shop, day, None), ("a", 2.0, 1e6), held_out=2)
    for by, expected in ((None, all_shops), ("shop", own)):
        cleaned = clean(along("day", by), data, COLUMNS)
        assert seen(cleaned.block)["price"] == [10.0, 30.0, 50.0, 0.0, 7.0, expected, 1e6]
        assert cleaned.changed == {"filled": {"price": 1}}
        assert cleaned.dropped == {}


def test_time_columns_are_read_to_the_microsecond() -> None:
    moments = times(
        "2026-01-01T00:00:00.000000",
        "2026-01-01T00:00:00.000004",
        "2026-01-01T00:00:00.000003",
        None,
    )
    data = block(at=moments, price=[0.0, 4.0, None, None], hot=[1.0, 0.0, 1.0, 0.0])
    three = columns(at={"time": {}}, price={"number": {}}, hot={"label": {}})
    assert data.times("at")[3] == NO_TIME
    cleaned = clean(along("at"), data, three)
    assert seen(cleaned.block)["price"] == [0.0, 4.0, 3.0, 2.0]


def test_the_column_that_it_runs_along_is_not_filled() -> None:
    cleaned = clean(along("day"), sales(*KNOWN, ("a", None, None)), COLUMNS)
    assert seen(cleaned.block)["day"][-1] is None
    assert cleaned.changed == {"filled": {"price": 1}}


def test_a_number_that_no_training_row_has_is_0() -> None:
    data = sales(("a", 1.0, None), ("a", 2.0, 8.0), held_out=1)
    for by in (None, "shop"):
        assert seen(clean(along("day", by), data, COLUMNS).block)["price"] == [0.0, 8.0]


def test_facts_say_how_much_of_a_course_is_known() -> None:
    step = along("day", "shop")
    facts = step.facts(step.learn(sales(*KNOWN), COLUMNS, 0))
    assert facts == {"price": {"median": 10.0, "knots": 4, "groups": 2}}
    assert json.loads(json.dumps(facts)) == facts


def test_the_order_of_words_in_a_block_changes_nothing() -> None:
    one, other = sales(*KNOWN), sales(("zz", 1.0, 1.0), *KNOWN).keep(np.arange(6) > 0)
    (_, first), (_, second) = (
        along("day", "shop").learn(d, COLUMNS, 0)["price"] for d in (one, other)
    )
    assert other.texts("shop").words.to_pylist()[0] == "zz"
    assert first.groups.to_pylist() == second.groups.to_pylist() == ["a", "b"]
    for name in ("starts", "along", "values"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("seed", range(5))
def test_many_curves_at_once_give_what_each_gives_alone(seed: int) -> None:
    draw = np.random.default_rng(seed)
    day, price = draw.integers(0, 30, 400).astype(np.float64), draw.normal(size=400)
    shop = draw.integers(0, 9, 400)
    data = block(shop=[f"s{n}" for n in shop])
    learned = curves.learn(day, np.asarray(price, np.float64), data.texts("shop"), 10_000)
    asked = np.asarray(draw.uniform(-5, 35, 400), np.float64)
    found = learned.at(learned.of(data.texts("shop")), asked)
    assert len(learned.groups) == len(np.unique(shop))
    for number in np.unique(shop):
        own = shop == number
        x = np.unique(day[own])
        y = [price[own & (day == each)].mean() for each in x]
        assert np.allclose(found[own], np.interp(asked[own], x, y), rtol=0, atol=1e-12)


def test_a_course_of_very_many_times_is_thinned() -> None:
    count = 3 * curves.MOST_KNOTS + 5
    x = np.asarray(1.7e15 + np.arange(count) * 1e6, np.float64)  # microseconds: a second each
    y = np.arange(count, dtype=np.float64) * 2
    draw = np.random.default_rng(1)
    order = draw.permutation(count)
    learned = curves.learn(x[order], y[order], None, 0)
    assert len(learned.along) == curves.MOST_KNOTS
    assert (np.diff(learned.along) > 0).all()
    asked = draw.integers(10, count - 10, 1000)
    found = learned.at(np.zeros(1000, np.int64), x[asked])
    assert np.allclose(found, y[asked], rtol=0, atol=1e-3)


def test_the_largest_groups_have_curves_and_long_ones_are_thinned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curves, "MOST_OF_A_GROUP", 4)
    sizes = {"d": 2, "a": 3, "c": 2, "b": 9, "e": 1}
    shop = [name for name, size in sizes.items() for _ in range(size)]
    day = np.concatenate([np.arange(size, dtype=float) for size in sizes.values()])
    texts = block(shop=shop).texts("shop")

    def learned(most: int) -> list[str]:
        words: list[str] = curves.learn(day, day, texts, most).groups.to_pylist()
        return words

    assert learned(100) == ["b", "a", "c", "d"], "by size, then by the alphabet"
    assert learned(9) == ["b", "a", "c"]
    assert learned(3) == []
    found = curves.learn(day, day, texts, 100)
    own = slice(found.starts[1], found.starts[2])
    assert found.along[own].tolist() == [1.0, 3.5, 5.5, 7.5], "runs of 3, 2, 2 and 2 days"
    monkeypatch.setattr(curves, "MOST_GROUPS", 2)
    assert learned(100) == ["b", "a"]
