"""Rows with items that a user has not met."""

import pickle
from typing import Any

import numpy as np
import pytest

from hone_trainer.augment import bloom
from hone_trainer.augment.bloom import Bloom
from hone_trainer.augment.negative_sampling import pair
from hone_trainer.augment.negatives import Negatives
from hone_trainer.rows.block import Block
from hone_trainer.rows.row_hash import hash_numbers
from tests.trainer.blocks import block, columns, times

COLUMNS = columns(user={"id": {}}, item={"id": {}}, price={"number": {}}, bought={"label": {}})


def negatives(**parameters: Any) -> Negatives:
    return Negatives.model_validate({"of": "item", "by": "user", **parameters})


def shop(rows: int = 2000, users: int = 50, items: int = 100, seed: int = 1) -> Block:
    """Draw meetings, a few items far more often than others; each item has its price and kind."""
    draw = np.random.default_rng(seed)
    item = (items * draw.random(rows) ** 3).astype(int)
    return block(
        user=[f"u{user}" for user in draw.integers(0, users, rows)],
        item=[f"i{number}" for number in item],
        price=item / 4,
        kind=[f"k{number % 7}" for number in item],
        bought=(draw.random(rows) < 0.5).astype(float),
    )


def learned(step: Negatives, blocks: list[Block]) -> Any:
    rows = sum(len(each) for each in blocks)
    found = step.learn([step.summarize(each, rows) for each in blocks], COLUMNS)
    return pickle.loads(pickle.dumps(found))


def widened(step: Negatives, rows: Block, *others: Block, seed: int = 5) -> Block:
    return step.widen(rows, learned(step, [rows, *others]), np.random.default_rng(seed))


def listed(rows: Block, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(rows.table.column(name).to_pylist() for name in names), strict=True))


@pytest.mark.parametrize("choose", ["uniform", "popularity", "inBatch"])
def test_each_bought_row_gets_items_that_its_user_has_not_met(choose: str) -> None:
    rows, elsewhere = shop(), shop(1000, seed=2)
    wide = widened(negatives(per=3, choose=choose), rows, elsewhere)
    met = {*listed(rows, "user", "item"), *listed(elsewhere, "user", "item")}
    bought = int((rows.numbers("bought") == 1).sum())
    copies = np.concatenate([[False], wide.rows[1:] == wide.rows[:-1]])
    assert len(wide) - len(rows) == copies.sum()
    assert 2.8 * bought < copies.sum() <= 3 * bought
    added = wide.keep(copies)
    assert not met & set(listed(added, "user", "item"))
    assert not added.numbers("bought").any()
    # What is not said to belong to the item is that of the row with label 1, and so is the user.
    origin = {row: rest for row, *rest in listed_with_rows(rows)}
    for row, user, price in listed_with_rows(added):
        assert origin[row] == [user, price]


def listed_with_rows(rows: Block) -> list[tuple[Any, ...]]:
    named = zip(rows.rows.tolist(), listed(rows, "user", "price"), strict=True)
    return [(row, *rest) for row, rest in named]


def test_rows_stay_as_they_were_with_their_copies_behind_them() -> None:
    rows = shop(300)
    wide = widened(negatives(), rows)
    assert (np.diff(wide.rows) >= 0).all()
    first = np.unique(wide.rows, return_index=True)[1]
    names = ("user", "item", "price", "kind", "bought")
    kept = np.zeros(len(wide), bool)
    kept[first] = True
    assert listed(wide.keep(kept), *names) == listed(rows, *names)


@pytest.mark.parametrize("choose", ["uniform", "popularity", "inBatch"])
def test_no_item_comes_twice_for_a_row(choose: str) -> None:
    """Of seven items that are met three are not this user's: each row gets these three."""
    rows = block(
        user=["a", "a", "a", "a", "b", "b", "b"],
        item=[f"i{number}" for number in range(7)],
        price=[0.0] * 7,
        bought=[1.0] * 7,
    )
    found = [widened(negatives(per=20, choose=choose), rows, seed=seed) for seed in range(6)]
    for wide in found:
        pairs = [(row, item) for row, (item,) in zip(wide.rows, listed(wide, "item"), strict=True)]
        assert len(set(pairs)) == len(pairs)
    most = max(found, key=len)
    assert np.bincount(most.rows).tolist() == [4, 4, 4, 4, 5, 5, 5]


def test_who_has_met_everything_gets_no_rows() -> None:
    rows = block(user=["a", "a", "b"], item=["x", "y", "x"], price=[1, 2, 3], bought=[1, 1, 1])
    wide = widened(negatives(per=4), rows)
    assert wide.rows.tolist() == [0, 1, 2, 2]
    assert listed(wide, "user", "item")[-1] == ("b", "y")


def test_rows_with_label_0_get_none_but_say_what_was_met() -> None:
    rows = block(user=["a", "a", "b"], item=["x", "y", "z"], price=[1, 2, 3], bought=[1, 0, 0])
    wide = widened(negatives(per=4), rows)
    assert listed(wide, "user", "item", "bought") == [
        ("a", "x", 1),
        ("a", "z", 0),
        ("a", "y", 0),
        ("b", "z", 0),
    ]


@pytest.mark.parametrize("choose", ["uniform", "popularity", "inBatch"])
def test_attributes_come_with_their_item(choose: str) -> None:
    rows = shop()
    step = negatives(choose=choose, attributes=["price", "kind"])
    wide = widened(step, rows)
    assert len(wide) > 3000
    for item, price, kind in listed(wide, "item", "price", "kind"):
        number = int(item[1:])
        assert (price, kind) == (number / 4, f"k{number % 7}")


def test_an_attribute_is_what_is_known_of_the_item_first() -> None:
    one = block(
        user=["a", "b"], item=["x", "y"], price=[None, 2], seen=times(None, None), bought=[1, 1]
    )
    two = block(
        first=2,
        user=["c", "d"],
        item=["x", "x"],
        price=[7, 8],
        seen=times(None, "2026-03-01"),
        bought=[1, 1],
    )
    step = negatives(per=1, attributes=["price", "seen"])
    known = learned(step, [one, two])
    assert known.pool.table.column("price").to_pylist() == [7, 2]
    wide = step.widen(one, known, np.random.default_rng(0))
    assert [row[:2] for row in listed(wide, "item", "price")][1:] == [("y", 2), ("y", 2), ("x", 7)]
    assert [value is None for (value,) in listed(wide, "seen")] == [True, True, True, False]
    # A number that nobody knows stays NaN, and does not become a null.
    alone = step.widen(one, learned(step, [one]), np.random.default_rng(0))
    assert np.isnan(alone.numbers("price")[[0, 3]]).all()
    assert alone.table.column("price").null_count == 0


@pytest.mark.parametrize(
    ("choose", "power"), [("uniform", 0.0), ("popularity", 0.75), ("inBatch", 1.0)]
)
def test_items_are_drawn_as_often_as_they_should_be(choose: str, power: float) -> None:
    """Users who met nothing else; three items that are met 1, 10 and 100 times."""
    items = ["x"] + ["y"] * 10 + ["z"] * 100
    many = block(
        user=[f"u{number}" for number in range(111)],
        item=items,
        price=[0.0] * 111,
        bought=[1.0] * 111,
    )
    step = negatives(choose=choose)
    known = learned(step, [many])
    pool = known.pool or step_pool(many)
    drawn = pool.take(pool.draw(40_000, np.random.default_rng(3)))["item"].to_pylist()
    shares = [drawn.count(item) / 40_000 for item in "xyz"]
    weights = np.array([1, 10, 100]) ** power
    assert shares == pytest.approx((weights / weights.sum()).tolist(), abs=0.01)


def step_pool(rows: Block) -> Any:
    from hone_trainer.augment.pool import Pool

    return Pool.of(rows, ["item"], rows.numbers("bought") == 1)


def test_the_same_draw_gives_the_same_rows_and_another_others() -> None:
    rows = shop(500)
    one, two, three = (widened(negatives(), rows, seed=seed) for seed in (1, 1, 2))
    assert listed(one, "user", "item") == listed(two, "user", "item")
    assert listed(one, "user", "item") != listed(three, "user", "item")


def test_what_is_learned_does_not_depend_on_how_rows_are_cut() -> None:
    rows = shop(600)
    step = negatives(attributes=["price"], choose="popularity")
    cut = [rows.keep(rows.rows < 250), rows.keep(rows.rows >= 250)]
    one, two = learned(step, [rows]), learned(step, cut)
    assert np.array_equal(one.met.octets, two.met.octets)
    assert one.pool.table.equals(two.pool.table)
    assert np.array_equal(one.pool.ends, two.pool.ends)


@pytest.mark.parametrize("choose", ["uniform", "inBatch"])
def test_a_block_without_bought_rows_stays_as_it_is(choose: str) -> None:
    step = negatives(choose=choose)
    known = learned(step, [shop(50)])
    rows = block(user=["a", None], item=["x", "y"], price=[1, 2], bought=[0, 1])
    assert listed(step.widen(rows, known, np.random.default_rng(0)), "user") == [("a",), (None,)]
    empty = rows.keep(np.zeros(2, bool))
    assert len(step.widen(empty, known, np.random.default_rng(0))) == 0


@pytest.mark.parametrize("members", [0, 1, 1000, 30_000])
def test_a_member_is_never_taken_for_a_stranger_and_a_stranger_seldom_for_a_member(
    members: int,
) -> None:
    numbers = hash_numbers(np.arange(members + 20_000, dtype=np.uint64), 9)
    known = Bloom.sized(members)
    known.add(numbers[:members])
    assert known.has(numbers[:members]).all()
    assert known.has(numbers[members:]).mean() < 0.015
    assert len(known.octets) <= 8 + 1.25 * members


def test_a_set_that_may_not_grow_takes_more_strangers_for_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bloom, "MOST_BYTES", 12_500)
    strangers = hash_numbers(np.arange(10_000, dtype=np.uint64), 4)
    taken = []
    for members in (10_000, 15_000, 25_000, 50_000):
        known = Bloom.sized(members)
        known.add(hash_numbers(np.arange(members, dtype=np.uint64), 9))
        assert len(known.octets) <= 12_500
        taken.append(known.has(strangers).mean())
    # With 10, 6.7, 4 and 2 bits for each.
    assert taken == pytest.approx([0.008, 0.04, 0.146, 0.38], abs=0.02)


def test_pairs_the_other_way_round_are_other_pairs() -> None:
    one, two = np.array([3, 4], np.uint64), np.array([4, 3], np.uint64)
    assert len({*pair(one, two).tolist(), *pair(one, one).tolist()}) == 4
