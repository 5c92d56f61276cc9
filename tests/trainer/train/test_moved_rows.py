"""Rows move by the key that they stand for, each of them once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.store.chunked_array import InMemory, Slice, whole
from hone_trainer.train.moved_rows import NEW, Moved, mean_of, places

KEYS = st.lists(st.text(max_size=3), unique=True, max_size=12)


@given(KEYS, KEYS, st.integers(0, 2))
def test_every_key_that_both_have_moves_once_and_rows_of_another_kind_stay(
    now: list[str], then: list[str], first: int
) -> None:
    found = places(now, then, first)
    assert found[:first].tolist() == [*range(first)]
    assert len(found) == first + len(now)
    for key, place in zip(now, found[first:].tolist(), strict=True):
        assert (place == NEW) is (key not in then)
        assert place == NEW or then[place - first] == key
    kept = found[found != NEW]
    assert len(set(kept.tolist())) == len(kept)


@pytest.mark.parametrize(
    ("now", "then", "first", "expected"),
    [
        (["b", "c", "a"], ["a", "b"], 2, [0, 1, 3, NEW, 2]),
        (["a", "b"], ["a", "b"], 0, [0, 1]),
        ([], ["a"], 2, [0, 1]),
        (["x"], [], 1, [0, NEW]),
    ],
)
def test_places_are_found_by_key(now: Any, then: Any, first: int, expected: list[int]) -> None:
    assert places(now, then, first).tolist() == expected


def numbers(rows: int = 5) -> InMemory:
    return InMemory(np.arange(2 * rows, dtype=np.float32).reshape(rows, 2))


def test_new_rows_are_what_is_said_for_all_or_for_each_of_them() -> None:
    there, at = numbers(), np.array([4, NEW, 0, NEW])
    one = Moved(there, at, np.array([[7, 8]], np.float32))
    assert whole(one).tolist() == [[8, 9], [7, 8], [0, 1], [7, 8]]
    each = Moved(InMemory(there.array[:, 0]), at, np.array([50, 51, 52, 53], np.float32))
    assert whole(each).tolist() == [8, 51, 0, 53]


def test_a_table_is_read_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at = np.array([9, NEW, 3, 0, 5])
    moved = Moved(numbers(10), at, mean_of(numbers(10), at[at != NEW]))
    expected = whole(moved)
    monkeypatch.setattr("hone_trainer.store.chunked_array.spans.__defaults__", (16,))
    assert whole(moved).tolist() == expected.tolist()
    assert whole(Slice(moved, 1, 4)).tolist() == expected[1:4].tolist()
    assert mean_of(numbers(10), np.array([9, 3])).tolist() == [[12, 13]]
