"""A user is in one part, and the parts have their shares of users."""

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.blocks import block
from tests.trainer.splitting import ask, place, shop

BY_USER = {"group": {"column": "user"}}


def test_all_rows_of_a_user_are_in_one_part() -> None:
    rows = shop(3000)
    parts, users = place(BY_USER, [rows], ask(3000)), rows.texts("user").codes
    for user in range(users.max() + 1):
        assert len(set(parts[users == user].tolist())) == 1


def test_shares_hold_for_users() -> None:
    users = [f"u{number}" for number in range(20_000)]
    parts = place(BY_USER, [block(user=users)], ask(20_000))
    assert np.bincount(parts) / 20_000 == pytest.approx([0.7, 0.1, 0.2], abs=0.01)


def test_rows_without_a_user_are_each_for_themselves() -> None:
    rows = block(user=pa.nulls(20_000, pa.string()).dictionary_encode())
    parts = place(BY_USER, [rows], ask(20_000))
    assert np.bincount(parts) / 20_000 == pytest.approx([0.7, 0.1, 0.2], abs=0.01)


def test_a_place_depends_on_the_user_alone() -> None:
    names = [f"u{number}" for number in range(300)]
    parts = place(BY_USER, [block(user=names)], ask(300))
    again = place(BY_USER, [block(first=7000, user=names[::-1])], ask(9000))
    assert np.array_equal(parts, again[::-1])
