"""What the same user met before: the words, and the core against a loop over all pairs of rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import NO_TIME
from hone_trainer.rows.histories import histories, ranked
from tests.trainer.blocks import columns

HISTORY = {"of": "item", "by": "user", "along": "at"}
GOOD: dict[str, Any] = {
    "user": {"id": {}},
    "item": {"id": {"buckets": 7}},
    "at": {"time": {}},
    "seen": {"sequence": HISTORY},
}


def check(**changed: Any) -> None:
    every = columns(**{**GOOD, **changed})
    for column in every:
        column.value.check(column.name, every)


@pytest.mark.parametrize(
    "changed", [{}, {"user": {"key": {}}}, {"at": {"number": {}}}, {"item": {"id": {}}}]
)
def test_a_sequence_of_what_is_there_is_good(changed: dict[str, Any]) -> None:
    check(**changed)


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"seen": {"sequence": {**HISTORY, "of": "x"}}}, "ColumnNotFound", "sequence.of names 'x'"),
        ({"seen": {"sequence": {**HISTORY, "by": "x"}}}, "ColumnNotFound", "sequence.by names 'x'"),
        (
            {"seen": {"sequence": {**HISTORY, "along": "x"}}},
            "ColumnNotFound",
            "they are 'user', 'item', 'at'$",
        ),
        ({"item": {"key": {}}}, "WrongColumnKind", "of kind id; 'item' is of kind key"),
        ({"user": {"number": {}}}, "WrongColumnKind", "of kind id or key; 'user' is of kind"),
        ({"at": {"id": {}}}, "WrongColumnKind", "of kind time or number; 'at' is of kind id"),
        ({"item": {"id": {"length": 4}}}, "WrongColumnKind", "one id per row; 'item' has length 4"),
        ({"user": {"id": {"length": 4}}}, "WrongColumnKind", "one id per row; 'user' has length 4"),
        ({"seen": {"sequence": {**HISTORY, "of": "seen"}}}, "WrongColumnKind", "kind sequence"),
    ],
)
def test_a_sequence_of_what_is_not_there_is_refused(
    changed: dict[str, Any], reason: str, told: str
) -> None:
    with pytest.raises(StageFailure, match=told) as failure:
        check(**changed)
    assert failure.value.reason == reason
    assert "prepare.columns: 'seen'" in failure.value.message


@pytest.mark.parametrize(
    ("learned", "size", "hashed"),
    [({"known": ["a", "b"]}, 4, False), ({"buckets": 7}, 9, True), ({"known": []}, 2, False)],
)
def test_ids_mean_the_same_in_a_sequence(learned: dict[str, Any], size: int, hashed: bool) -> None:
    column = Column.model_validate({"name": "seen", "sequence": {**HISTORY, "length": 5}})
    (field,) = column.value.fields("seen", learned)
    shown = (field.name, field.source, field.kind, field.length, field.size, field.hashed)
    assert shown == ("seen", "", "id", 5, size, hashed)


def test_only_sequences_are_made_of_other_columns() -> None:
    derived = [column.name for column in columns(**GOOD) if column.value.derived]
    assert derived == ["seen"]


def met(events: list[tuple[int, int, int]], length: int) -> list[list[int]]:
    """Return the histories of (user, time, item) in the order of the source."""
    users, times, items = zip(*events, strict=True) if events else ((), (), ())
    found = histories(
        np.array(users, np.uint64),
        np.array(times, np.int64),
        np.arange(len(events)),
        np.array(items, np.int32),
        length,
    )
    assert (found.dtype.name, found.shape) == ("int32", (len(events), length))
    rows: list[list[int]] = found.tolist()
    return rows


def naive(events: list[tuple[int, int, int]], length: int) -> list[list[int]]:
    found = []
    for user, time, _ in events:
        known = [(at, item) for other, at, item in events if other == user and at != NO_TIME]
        earlier = sorted((each for each in known if each[0] < time), key=lambda each: each[0])
        last = [item for _, item in earlier][-length:] if time != NO_TIME else []
        found.append([0] * (length - len(last)) + last)
    return found


def test_a_history_is_what_was_met_before() -> None:
    events = [(1, 30, 13), (1, 10, 11), (2, 15, 20), (1, 20, 12), (1, 40, 14)]
    assert met(events, 2) == [[11, 12], [0, 0], [0, 0], [0, 11], [12, 13]]


def test_rows_at_the_same_time_see_nothing_of_each_other() -> None:
    events = [(1, 10, 11), (1, 10, 12), (1, 20, 13), (1, 20, 14)]
    assert met(events, 3) == [[0, 0, 0], [0, 0, 0], [0, 11, 12], [0, 11, 12]]


def test_rows_without_a_time_have_no_history_and_are_in_none() -> None:
    events = [(1, NO_TIME, 11), (1, 5, 12), (1, NO_TIME, 13), (1, 6, 14), (2, 1, 15)]
    assert met(events, 2) == [[0, 0], [0, 0], [0, 0], [0, 12], [0, 0]]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2**64 - 1]),
        st.sampled_from([NO_TIME, NO_TIME + 1, -5, 0, 1, 2, 2**63 - 1]),
        st.integers(1, 9),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.integers(1, 6))
def test_histories_are_those_that_a_loop_finds(
    events: list[tuple[int, int, int]], length: int
) -> None:
    assert met(events, length) == naive(events, length)


@settings(max_examples=50, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_given_does_not_matter(
    events: list[tuple[int, int, int]], chance: Any
) -> None:
    order = list(range(len(events)))
    chance.shuffle(order)
    users, times, items = (
        np.array([event[k] for event in events], kind)
        for k, kind in enumerate((np.uint64, np.int64, np.int32))
    )
    at = np.array(order, int)
    shuffled = histories(users[at], times[at], at, items[at], 3)
    assert shuffled.tolist() == [met(events, 3)[row] for row in order]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False), max_size=12))
def test_numbers_order_rows_as_they_order_themselves(numbers: list[float]) -> None:
    values = np.array(numbers, np.float64)
    ranks = ranked(values)
    assert ranks.dtype == np.int64
    assert (ranks != NO_TIME).all()
    assert np.array_equal(ranks[:, None] < ranks, values[:, None] < values)


def test_a_missing_number_is_no_time() -> None:
    numbers: NDArray[np.float64] = np.array([np.nan, -0.0, 0.0, -np.nan])
    first, minus, plus, last = ranked(numbers)
    assert first == last == NO_TIME
    assert minus == plus != NO_TIME


def test_real_histories_come_back(datasets: Path) -> None:
    """Events of users, in any order, give the sequences that the data set was made of."""
    lines = (datasets / "toys" / "Toys_and_Games.txt").read_text().split("\n")[:500]
    sequences = [np.array(line.split()[1:], np.int32) for line in lines]
    users = np.repeat(np.arange(len(lines)), [len(each) for each in sequences]).astype(np.uint64)
    times = np.concatenate([np.arange(len(each)) for each in sequences])
    items = np.concatenate(sequences)
    order = np.random.default_rng(2).permutation(len(items))
    found = histories(users[order], times[order], order, items[order], 5)
    for row, history in zip(order.tolist()[:200], found.tolist(), strict=False):
        before = sequences[int(users[row])][: times[row]][-5:].tolist()
        assert history == [0] * (5 - len(before)) + before
