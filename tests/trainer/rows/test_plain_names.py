"""Column names: whatever a shop calls them, the model gets plain ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.rows.plain_names import plain_names


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("user", "user"),
        ("user_id", "user_id"),
        ("user id", "user_id"),
        ("price (€)", "price"),
        ("Größe", "Groe"),
        ("a:b", "a_b"),
        ("_x", "x"),
        ("1st", "column_1st"),
        ("self", "column_self"),
        ("class", "column_class"),
        ("€", "column"),
    ],
)
def test_names_become_plain(name: str, plain: str) -> None:
    assert plain_names([name]) == {name: plain}


def test_names_that_become_the_same_stay_apart() -> None:
    assert list(plain_names(["a b", "a:b", "A_B"]).values()) == ["a_b", "a_b_2", "A_B_3"]


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=12))
def test_plain_names_are_always_good(names: list[str]) -> None:
    given_names = plain_names(names)
    assert len({name.lower() for name in given_names.values()}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in given_names.values())
