"""What holds for every way to split."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from hone_trainer.rows.row_hash import hash_numbers
from hone_trainer.splits import AnySplitting
from tests.trainer.blocks import columns
from tests.trainer.splitting import WAYS, ask, cut, place, shop

COLUMNS = columns(user={"id": {}}, kind={"id": {}}, price={"number": {}}, label={"label": {}})
LOOKS_AT = {
    "time": {"when"},
    "time by a number": {"price"},
    "group": {"user"},
    "stratified": {"label"},
    "stratified by text": {"kind"},
    "leaveOneOut": {"user", "when"},
    "leaveOneOut in the order of the source": {"user"},
    "given": {"part"},
    "given but for validation": {"half"},
}


@pytest.mark.parametrize("name", WAYS)
def test_every_row_is_in_one_of_the_three_parts(name: str) -> None:
    rows = shop(600)
    parts = place(WAYS[name], [rows], ask(600))
    assert parts.dtype == np.int8
    assert len(parts) == 600
    assert set(parts.tolist()) == {0, 1, 2}


@pytest.mark.parametrize("name", WAYS)
@settings(deadline=None, max_examples=25)
@given(ends=st.lists(st.integers(0, 240), max_size=5), seed=st.integers(0, 5))
def test_it_does_not_matter_how_rows_are_cut_into_blocks(
    name: str, ends: list[int], seed: int
) -> None:
    rows = shop(240, seed)
    asked = ask(240, seed=seed)
    whole = place(WAYS[name], [rows], asked)
    assert np.array_equal(place(WAYS[name], cut(rows, ends), asked), whole)


@pytest.mark.parametrize("name", WAYS)
def test_the_same_seed_gives_the_same_split(name: str) -> None:
    rows = shop(600)
    one, two = (place(WAYS[name], cut(rows, [250]), ask(600)) for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("name", ["random", "group", "stratified", "stratified by text"])
def test_another_seed_gives_another_split(name: str) -> None:
    rows = shop(600)
    assert (
        place(WAYS[name], [rows], ask(600)) != place(WAYS[name], [rows], ask(600, seed=4))
    ).any()


@pytest.mark.parametrize("name", WAYS)
def test_other_columns_than_those_it_looks_at_do_not_matter(name: str) -> None:
    rows, other = shop(300), shop(300, seed=1)
    changed = rows
    for column in set(rows.table.column_names) - LOOKS_AT.get(name, set()):
        changed = changed.put(column, other.table.column(column).combine_chunks())
    assert np.array_equal(
        place(WAYS[name], [changed], ask(300)), place(WAYS[name], [rows], ask(300))
    )


@pytest.mark.parametrize("name", WAYS)
def test_numbers_of_rows_may_have_gaps(name: str) -> None:
    """Rows that could not be read have numbers too."""
    whole = shop(400)
    rows = Block(whole.table, whole.rows * 2 + 1, whole.parts)
    parts = place(WAYS[name], cut(rows, [150]), ask(801))
    assert set(parts.tolist()) == {0, 1, 2}


@pytest.mark.parametrize("rows", [10, 999, 135_000])
def test_the_split_by_chance_is_exact_and_depends_on_the_seed(rows: int) -> None:
    numbers = Block(shop(1).table, np.arange(rows), np.zeros(rows, np.int8))
    parts = place(WAYS["random"], [numbers], ask(rows))
    assert (parts == 1).sum() == round(rows * 0.1)
    assert (parts == 2).sum() == round(rows * 0.2)
    assert (parts != place(WAYS["random"], [numbers], ask(rows, seed=4))).any()
    # Those with the least hashes are held out: splits of earlier versions stay what they were.
    rank = np.argsort(hash_numbers(np.arange(rows, dtype=np.uint64), 3))
    expected = np.repeat([1, 2, 0], [round(rows * 0.1), round(rows * 0.2), rows])[:rows]
    assert np.array_equal(parts[rank], expected)


@pytest.mark.parametrize(
    ("way", "reason", "said"),
    [
        ({"time": {"column": "when"}}, "ColumnNotFound", "prepare.split.by.time.column"),
        ({"time": {"column": "user"}}, "WrongColumnKind", "time or number"),
        ({"group": {"column": "price"}}, "WrongColumnKind", "prepare.split.by.group.column"),
        ({"stratified": {"column": "x"}}, "ColumnNotFound", "prepare.split.by.stratified.column"),
        ({"leaveOneOut": {"by": "label"}}, "WrongColumnKind", "prepare.split.by.leaveOneOut.by"),
        (
            {"leaveOneOut": {"by": "user", "along": "kind"}},
            "WrongColumnKind",
            "prepare.split.by.leaveOneOut.along",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused(way: Any, reason: str, said: str) -> None:
    with pytest.raises(StageFailure, match=said) as failure:
        AnySplitting.model_validate(way).value.check(COLUMNS)
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    "way",
    [
        {"random": {}},
        {"time": {"column": "price"}},
        {"group": {"column": "user"}},
        {"stratified": {}},
        {"stratified": {"column": "price"}},
        {"leaveOneOut": {"by": "user", "along": "price"}},
    ],
)
def test_columns_that_fit_are_taken(way: Any) -> None:
    AnySplitting.model_validate(way).value.check(COLUMNS)


def test_ways_that_need_no_look_at_the_rows_take_none() -> None:
    for name in ("random", "group"):
        splitting = AnySplitting.model_validate(WAYS[name]).value
        assert splitting.observe(shop(10), replace(ask(10))) is None
