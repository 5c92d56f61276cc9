"""Rows that repeat another one: what counts as the same."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.duplicates import Duplicates
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block, columns, times
from tests.trainer.cleaned import single

COLUMNS = columns(user={"id": {}}, price={"number": {}}, at={"time": {}}, bought={"label": {}})
JUNE, JULY = "2026-06-01", "2026-07-01"
DATA = block(
    user=["a", "b", "a", "a", None, None, "a"],
    price=[1.0, 1.0, 1.0, 2.0, None, None, 1.0],
    at=times(JUNE, JUNE, JUNE, JUNE, None, None, JULY),
    bought=[0.0] * 7,
)


def duplicates(**words: Any) -> Duplicates:
    step = AnyCleaning.model_validate({"duplicates": words}).value
    assert isinstance(step, Duplicates)
    return step


def repeats(keys: Any, last: bool = False) -> list[bool]:
    """Say of each key whether another one stays in its place."""
    import pandas as pd

    found: list[bool] = pd.Series(keys).duplicated(keep="last" if last else "first").tolist()
    return found


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ({}, [0, 1, 3, 4, 6]),
        ({"key": ["user"]}, [0, 1, 4]),
        ({"key": ["price", "at"]}, [0, 3, 4, 6]),
        ({"key": ["user", "at"]}, [0, 1, 4, 6]),
        ({"key": ["bought"]}, [0]),
        ({"key": ["user"], "keep": "last"}, [1, 5, 6]),
    ],
)
def test_one_of_equal_rows_stays(words: dict[str, Any], left: list[int]) -> None:
    step = duplicates(**words)
    step.check(COLUMNS)
    gone = np.array(repeats(step.keys(DATA, COLUMNS), last=step.last_stays()))
    cleaned = step.apply(DATA, gone, COLUMNS)
    assert cleaned.block.rows.tolist() == left
    assert cleaned.dropped == {"duplicate": 7 - len(left)}


def test_keys_are_the_same_in_whatever_block_a_row_is() -> None:
    step = duplicates()
    keys = step.keys(DATA, COLUMNS)
    assert [int(step.keys(one, COLUMNS)[0]) for one in single(DATA)] == keys.tolist()
    turned = DATA.keep(DATA.rows > 0)
    assert step.keys(turned, COLUMNS).tolist() == keys[1:].tolist()


KEPT = [4445980805925896522, 9571111332756431359]


def test_keys_are_the_same_in_the_years_to_come() -> None:
    keys = duplicates().keys(DATA, COLUMNS)
    assert keys.dtype == np.uint64
    assert keys[[0, 4]].tolist() == KEPT


def test_zeros_and_gaps_have_one_form() -> None:
    other_gap = np.array([0x7FF8000000000001], np.uint64).view(np.float64)[0]
    data = block(price=[0.0, -0.0, np.nan, other_gap])
    keys = duplicates().keys(data, columns(price={"number": {}})).tolist()
    assert repeats(keys) == [False, True, False, True]


@pytest.mark.parametrize("swap", [("x", "y"), ("u", "v"), ("x", "u")])
def test_a_value_counts_where_it_stands(swap: tuple[str, str]) -> None:
    kinds = columns(x={"number": {}}, y={"number": {}}, u={"id": {}}, v={"id": {}})
    row: dict[str, Any] = {"x": 1.0, "y": 2.0, "u": "1", "v": "2"}
    turned = {name: row[swap[1 - swap.index(name)]] if name in swap else row[name] for name in row}
    if swap == ("x", "u"):
        turned = {**row, "x": 2.0, "y": 1.0}
    first, second = (
        duplicates().keys(block(**{name: [value] for name, value in each.items()}), kinds)[0]  # type: ignore[arg-type]
        for each in (row, turned)
    )
    assert first != second


def test_columns_that_are_made_of_others_are_no_part_of_a_row() -> None:
    kinds = columns(user={"id": {}}, item={"id": {}}, at={"number": {}})
    past = columns(past={"sequence": {"of": "item", "by": "user", "along": "at"}})
    data = block(user=["a", "a"], item=["i", "i"], at=[1.0, 1.0])
    step = duplicates()
    assert step.keys(data, kinds + past).tolist() == step.keys(data, kinds).tolist()
    with pytest.raises(StageFailure, match="names 'past', which is made of other columns"):
        duplicates(key=["past"]).check(kinds + past)


ROW = st.tuples(st.sampled_from(["", "a", "b", None]), st.sampled_from([0.0, 1.0, -1.0, None]))


@given(st.lists(ROW, max_size=40))
def test_what_is_found_is_what_a_set_would_find(
    rows: list[tuple[str | None, float | None]],
) -> None:
    kinds = columns(user={"id": {}}, price={"number": {}})
    data = _rows(rows)
    known: set[Any] = set()
    expected = []
    for row in rows:
        expected.append(row in known)
        known.add(row)
    assert repeats(duplicates().keys(data, kinds)) == expected


@pytest.mark.slow
def test_a_million_different_rows_have_different_keys() -> None:
    count = 1_000_000
    x, y = np.arange(count) // 1000, np.arange(count) % 1000  # small numbers side by side
    data = block(x=x.astype(float), y=y.astype(float))
    kinds = columns(x={"number": {}}, y={"number": {}})
    assert len(np.unique(duplicates().keys(data, kinds))) == count


def test_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(StageFailure) as failed:
        duplicates(key=["user", "x"]).check(COLUMNS)
    assert failed.value.reason == "ColumnNotFound"
    says = "prepare.clean[].duplicates.key names 'x', which is not in prepare.columns"
    assert failed.value.message.startswith(says)


def _rows(rows: list[tuple[str | None, float | None]]) -> Block:
    # The word at the end makes it a text column, whatever else there is.
    data = block(user=[*(row[0] for row in rows), "end"], price=[*(row[1] for row in rows), 0.0])
    return data.keep(np.arange(len(data)) < len(rows))
