"""Of each user the last row is for test and the one before it for validation."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import NO_TIME
from hone_trainer.splits import latest
from hone_trainer.splits.leave_one_out import LeaveOneOutPlaces
from tests.trainer.blocks import block
from tests.trainer.splitting import ask, cut, place, shop

BY_USER: dict[str, Any] = {"leaveOneOut": {"by": "user", "along": "price"}}
IN_ORDER: dict[str, Any] = {"leaveOneOut": {"by": "user"}}


@pytest.mark.parametrize(
    ("users", "price", "parts"),
    [
        ("aaaa", [1, 2, 3, 4], [0, 0, 1, 2]),
        ("aaaa", [4, 3, 2, 1], [2, 1, 0, 0]),
        # At the same time the greater row number is later.
        ("aaaa", [7, 7, 7, 1], [0, 1, 2, 0]),
        # Fewer than three rows are training rows.
        ("abcaba", [1, 1, 1, 2, 2, 3], [0, 0, 0, 1, 0, 2]),
        # Rows without a user too, even without a time.
        ("a?aa?", [1, None, 2, 3, 9], [0, 0, 1, 2, 0]),
    ],
)
def test_the_last_two_rows_are_held_out(users: str, price: list[float], parts: list[int]) -> None:
    rows = block(user=[None if user == "?" else user for user in users], price=price)
    for ends in ([], [2], [1, 2, 3]):
        assert place(BY_USER, cut(rows, ends), ask(len(users))).tolist() == parts


def test_without_a_time_the_source_has_the_order() -> None:
    rows = block(user=list("abaabb"), price=[9, 8, 7, 6, 5, 4])
    assert place(IN_ORDER, cut(rows, [3]), ask(6)).tolist() == [0, 0, 1, 2, 1, 2]


@settings(deadline=None, max_examples=50)
@given(
    users=st.lists(st.integers(0, 6), min_size=30, max_size=30),
    price=st.lists(st.integers(0, 4), min_size=30, max_size=30),
    ends=st.lists(st.integers(0, 30), max_size=4),
    at_once=st.sampled_from([1, 4, 1 << 22]),
)
def test_it_is_what_sorting_all_rows_gives(
    users: list[int], price: list[int], ends: list[int], at_once: int
) -> None:
    rows = block(user=[f"u{user}" for user in users], price=price)
    expected = np.zeros(30, np.int8)
    for user in set(users):
        mine = sorted((price[row], row) for row in range(30) if users[row] == user)
        if len(mine) >= 3:
            expected[[mine[-2][1], mine[-1][1]]] = 1, 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latest, "AT_ONCE", at_once)
        assert np.array_equal(place(BY_USER, cut(rows, ends), ask(30)), expected)


def test_a_row_with_a_user_needs_a_time() -> None:
    rows = block(first=4, user=["a", "b", "b"], price=[1, 2, None])
    with pytest.raises(StageFailure, match="no value in row 7") as failure:
        place(BY_USER, [rows], ask(7))
    assert failure.value.reason == "MissingValues"


def test_users_of_two_rows_alone_are_refused() -> None:
    with pytest.raises(StageFailure, match="in three rows") as failure:
        place(IN_ORDER, [block(user=["a", "b", "a", "b"])], ask(4))
    assert failure.value.reason == "TooFewRows"


def test_a_block_is_sent_what_it_needs() -> None:
    places = LeaveOneOutPlaces(np.array([3, 8, 20]), np.array([5, 9, 30]))
    part = places.cut(8, 21)
    assert isinstance(part, LeaveOneOutPlaces)
    assert (part.validation.tolist(), part.test.tolist()) == ([8, 20], [9])
    rows = shop(30)
    whole = places.of(rows)
    some = cut(rows, [8, 21])[1]
    assert part.of(some).tolist() == whole[8:21].tolist()


def test_a_block_leaves_two_rows_of_a_user() -> None:
    users = np.array([5, 9, 5, 5, 7], np.uint64)
    times = np.array([3, 1, 2, NO_TIME + 1, 0])
    left = latest.latest(users, times, np.arange(10, 15)).to_pylist()
    assert [(row["user"], row["row"], row["seen"]) for row in left] == [
        (5, 12, 0),
        (5, 10, 3),
        (7, 14, 1),
        (9, 11, 1),
    ]
