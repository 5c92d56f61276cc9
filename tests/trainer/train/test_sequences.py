"""Rows that go on from each other: each is in one unit, and seen there as it would be alone."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field
from hone_trainer.rows.tokens import FIRST_KNOWN, UNSEEN
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned, Targets
from hone_trainer.train.feed import HeldFeed, units_of
from hone_trainer.train.sequences import joined
from hone_trainer.train.units import Units

ITEMS, LENGTH = 4, 3
LEARNED = Learned(tuple(f"i{n}" for n in range(ITEMS)), np.arange(ITEMS, 0, -1.0))
TARGET = Target(
    name="item",
    task=AnyTask.model_validate({"nextItem": {"label": "item"}}),
    learned=LEARNED.dump(),
)
BEFORE = Field(name="before", kind="id", length=LENGTH, size=FIRST_KNOWN + ITEMS, answers="item")
ALONE = Schema(fields=(BEFORE,), targets=(TARGET,), rows=100)
BESIDE = (Field(name="user", kind="id", size=9), Field(name="price", kind="number"))
WITH_MORE = Schema(fields=(BEFORE, *BESIDE), targets=(TARGET,), rows=100)


def walked(*users: list[int], more: bool = False) -> Rows:
    """The rows of users who met items one after the other: codes, -1 for one that is no answer."""
    before, item, who = [], [], []
    for user, met in enumerate(users):
        ids = [FIRST_KNOWN + code if code >= 0 else UNSEEN for code in met]
        for k, code in enumerate(met):
            history = ids[max(0, k - LENGTH) : k]
            before.append([0] * (LENGTH - len(history)) + history)
            item.append(code)
            who.append([user % 7 + FIRST_KNOWN])
    there = np.ones(len(item), np.float32)
    features: dict[str, Any] = {"before": np.array(before, np.int32).reshape(-1, LENGTH)}
    if more:
        features["user"] = np.array(who, np.int32)
        features["price"] = np.zeros((len(item), 1), np.float32)
    return Rows(features, {"item": Targets(np.array(item, np.int32), there)})


def units(found: Units) -> list[list[int]]:
    """The rows of each unit, the newest first."""
    order = np.arange(len(found)) if found.order is None else found.order
    pairs = zip(found.starts, found.sizes, strict=True)
    return [order[start : start + size].tolist() for start, size in pairs]


users = st.lists(st.lists(st.integers(-1, ITEMS - 1), max_size=9), min_size=1, max_size=6)


@given(users, st.randoms())
@settings(max_examples=300)
def test_each_row_is_in_one_unit_and_has_the_history_there_that_it_has_alone(
    met: list[list[int]], chance: Any
) -> None:
    """Whatever the order of the rows, and whichever of them a member has."""
    every = walked(*met)
    chosen = [row for row in range(len(every)) if chance.random() < 0.8]
    chance.shuffle(chosen)
    rows = every.take(np.array(chosen, np.int64))
    if not len(rows):
        return
    before, item = rows.features["before"], rows.targets["item"].values
    found = units(joined(rows, ALONE))
    assert Counter(row for unit in found for row in unit) == Counter(range(len(rows)))
    for unit in found:
        assert len(unit) <= LENGTH
        read = before[unit[0]]
        for slot, row in enumerate(unit):
            seen = read[: LENGTH - slot]  # of the history that is read, up to this row's position
            assert seen.tolist() == before[row][slot:].tolist()
            if slot:
                assert read[LENGTH - slot] == FIRST_KNOWN + item[row]


def test_a_user_is_read_once_and_a_long_history_in_pieces() -> None:
    rows = walked([0, 1, 2], [3, 2, 1, 0, 3, 1, 2])
    assert sorted(units(joined(rows, ALONE))) == [[2, 1, 0], [3], [6, 5, 4], [9, 8, 7]]


def test_the_same_item_over_and_over_goes_in_no_circle() -> None:
    rows = walked([1] * 8)
    found = units(joined(rows, ALONE))
    assert sorted(row for unit in found for row in unit) == list(range(8))


def test_rows_of_other_users_are_told_apart_where_the_model_reads_who_it_is() -> None:
    rows = walked([0, 1], [0, 2], more=True)
    crossed = rows.take(np.array([0, 3]))  # nothing of user 0 goes on from its first row
    assert len(joined(crossed, ALONE)) == 1
    assert len(joined(crossed, WITH_MORE)) == 2
    rows.features["price"][1] = 0.5
    assert [len(unit) for unit in sorted(units(joined(rows, WITH_MORE)))] == [1, 1, 2]


def test_what_is_no_answer_ends_a_unit() -> None:
    found = sorted(units(joined(walked([0, -1, 2]), ALONE)))
    assert found == [[1, 0], [2]]


def test_where_nothing_goes_on_rows_are_units() -> None:
    rows = walked([0, 1, 2, 3]).take(np.array([0, 2]))
    found = joined(rows, ALONE)
    assert (len(found), found.length, found.sequential, found.listed) == (2, 1, False, False)


def test_a_step_takes_about_as_many_rows_as_was_asked_for() -> None:
    feed = HeldFeed(walked(*[[0, 1, 2]] * 40), ALONE, sequential=True)
    assert (feed.rows, feed.units, feed.counted, feed.length) == (120, 40, 120, 3)
    assert units_of(30, feed) == 10
    assert units_of(1, feed) == 1
    (portion,) = feed.portions(1, 0, 10, 0)
    assert portion.steps.shape == (4, 30)
    assert sorted(portion.steps.ravel().tolist()) == list(range(120))
    # The newest row of each unit stands first: it alone is read.
    assert set(portion.steps.reshape(-1, 3)[:, 0] % 3) == {2}


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(rows: int) -> None:
    assert len(joined(walked([0]).take(np.arange(rows)), ALONE)) == rows
