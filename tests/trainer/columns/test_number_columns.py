"""Number columns: on a common scale, or as the bucket that a number falls into."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.columns.number import NumberColumn
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block, join
from tests.trainer.blocks import block


def prices(*values: float | None) -> Block:
    return block(price=list(values))


def learn(column: NumberColumn, *blocks: Block) -> dict[str, Any]:
    summaries = [column.summarize("price", each) for each in blocks]
    learned = column.learn("price", summaries, join(list(blocks)))
    found: dict[str, Any] = json.loads(json.dumps(learned, allow_nan=False))
    return found


def encode(column: NumberColumn, learned: dict[str, Any], *values: Any) -> NDArray[np.generic]:
    encoded = column.encode("price", prices(*values), learned)
    assert list(encoded) == ["price"]
    return encoded["price"]


@pytest.mark.parametrize(
    ("normalize", "expected"),
    [
        (None, [1.0, 3.0, 11.0]),
        ({"zScore": {}}, [-1.0, 1.0, 9.0]),
        ({"minMax": {}}, [0.0, 1.0, 5.0]),
    ],
)
def test_numbers_are_brought_to_a_common_scale(normalize: Any, expected: list[float]) -> None:
    column = NumberColumn.model_validate({"normalize": normalize} if normalize else {})
    learned = learn(column, prices(1, None, 3), prices(3, 1))
    (field,) = column.fields("price", learned)
    assert (field.name, field.source, field.kind, field.length) == ("price", "price", "number", 1)
    encoded = encode(column, learned, 1, 3, 11)
    assert (encoded.dtype.name, encoded.tolist()) == ("float32", expected)


def test_missing_numbers_stay_missing() -> None:
    column = NumberColumn.model_validate({"normalize": {"zScore": {}}})
    encoded = encode(column, learn(column, prices(1, None, 3)), None, 2)
    assert np.isnan(encoded).tolist() == [True, False]


NORMALIZE: list[dict[str, Any]] = [
    {"normalize": {"zScore": {}}},
    {"normalize": {"quantile": {}}},
    {"buckets": {}},
]


@pytest.mark.parametrize("words", [{}, *NORMALIZE])
def test_a_block_without_rows_takes_part(words: dict[str, Any]) -> None:
    column = NumberColumn.model_validate(words)
    empty = prices()
    learned = learn(column, empty, prices(1, 2), empty)
    assert len(encode(column, learned)) == 0
    nothing = learn(column, empty, prices(None))
    assert np.isfinite(encode(column, nothing, 5.0).astype(float)).all()


@pytest.mark.parametrize("words", [{}, *NORMALIZE])
def test_no_number_becomes_infinite(words: dict[str, Any]) -> None:
    """Held-out rows may hold what no training row held."""
    column = NumberColumn.model_validate(words)
    learned = learn(column, prices(1e-30, 2e-30, 4e-30))
    encoded = encode(column, learned, 1e308, -1e308, 1e-308)
    assert np.isfinite(encoded.astype(float)).all()


@pytest.mark.parametrize("value", [1e39, -1e300, float("inf"), float("-inf")])
@pytest.mark.parametrize("words", [{}, *NORMALIZE])
def test_a_number_that_no_model_can_read_is_refused(words: dict[str, Any], value: float) -> None:
    column = NumberColumn.model_validate(words)
    with pytest.raises(StageFailure, match=r"'price' holds .*: correct the source") as failure:
        learn(column, prices(1, 2), prices(value, 3))
    assert failure.value.reason == "NumberTooLarge"
    assert f"{value:g}" in failure.value.message


MANY = list(range(100))


@pytest.mark.parametrize(
    ("count", "values", "bounds"),
    [
        (4, MANY, [24, 49, 74]),
        (2, [1, 2, 3, 4], [2]),
        (2, [5, 5, 5, 7], [7]),
        (4, [0] * 90 + list(range(1, 11)), [1, 4, 7]),
        (3, [0] * 50 + [1] * 40 + [2] * 10, [1, 2]),
        (16, [3, 3, 3], []),
        (16, [], []),
        (16, [None, None], []),
        (4, [1, 2], [2]),
    ],
)
def test_bounds_lie_between_equally_many_rows(
    count: int, values: list[float | None], bounds: list[float]
) -> None:
    column = NumberColumn.model_validate({"buckets": {"count": count}})
    learned = learn(column, prices(*values))
    assert learned == {"bounds": bounds}
    (field,) = column.fields("price", learned)
    assert (field.kind, field.length, field.size) == ("id", 1, len(bounds) + 3)
    assert not field.hashed


def test_a_number_is_the_bucket_that_it_falls_into() -> None:
    column = NumberColumn.model_validate({"buckets": {"count": 4}})
    encoded = encode(column, {"bounds": [25, 50, 75]}, -1e9, 24.9, 25, 60, 75, 1e9, None)
    assert encoded.dtype == np.int32
    assert encoded.tolist() == [[2], [2], [3], [4], [5], [5], [1]]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-3, 3) | st.floats(-1e9, 1e9), max_size=60), st.integers(2, 9))
def test_every_bucket_has_training_rows_and_none_too_many(values: list[float], count: int) -> None:
    column = NumberColumn.model_validate({"buckets": {"count": count}})
    learned = learn(column, prices(*values))
    bounds = learned["bounds"]
    assert bounds == sorted(set(bounds))
    assert len(bounds) < count
    if not values:
        return
    found = encode(column, learned, *values)[:, 0].astype(int) - 2
    filled = np.bincount(found, minlength=len(bounds) + 1)
    assert filled.min() > 0
    assert len(filled) > 1 or len(set(values)) == 1
    if len(set(values)) == len(values):
        assert filled.max() <= 2 * len(values) // count + 1


def test_a_column_has_one_form() -> None:
    both = {"name": "price", "number": {"normalize": {"zScore": {}}, "buckets": {}}}
    with pytest.raises(ValueError, match="at most one of normalize, buckets"):
        Column.model_validate(both)


@pytest.mark.parametrize("count", [1, 1025])
def test_buckets_are_several_but_not_too_many(count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        NumberColumn.model_validate({"buckets": {"count": count}})
