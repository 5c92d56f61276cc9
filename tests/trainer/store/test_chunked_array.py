"""Arrays a few rows at a time: the same values, never more at once than asked for."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.store.chunked_array import (
    PIECE_BYTES,
    Array,
    InMemory,
    rows_of,
    size_of,
    spans,
    whole,
)


@dataclass
class Elsewhere:
    """A chunked array that cannot be had as an array, and notes what is read of it."""

    array: Array
    reads: list[tuple[int, int]] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.array.dtype

    def read(self, first: int, last: int) -> Array:
        self.reads.append((first, last))
        return np.atleast_1d(self.array)[first:last]


@pytest.mark.parametrize(
    ("shape", "dtype", "piece", "cut"),
    [
        ((10, 4), "float32", 64, [(0, 4), (4, 8), (8, 10)]),
        ((10, 4), "float64", 64, [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)]),
        ((10, 4), "float32", PIECE_BYTES, [(0, 10)]),
        ((3, 100), "float32", 64, [(0, 1), (1, 2), (2, 3)]),  # a row is never cut
        ((5,), "int64", 16, [(0, 2), (2, 4), (4, 5)]),
        ((), "int64", 1, [(0, 1)]),
        ((0, 4), "float32", 64, []),
    ],
)
def test_an_array_is_cut_between_rows(
    shape: tuple[int, ...], dtype: str, piece: int, cut: list[tuple[int, int]]
) -> None:
    assert list(spans(InMemory(np.zeros(shape, dtype)), piece)) == cut


@settings(deadline=None)
@given(
    shape=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    dtype=st.sampled_from(["float32", "float64", "int64", "int32", "uint8", "bool"]),
    piece=st.integers(1, 200),
)
def test_pieces_cover_every_row_once_and_fit(
    shape: tuple[int, ...], dtype: str, piece: int
) -> None:
    chunked = InMemory(np.zeros(shape, dtype))
    cut = list(spans(chunked, piece))
    assert [row for first, last in cut for row in range(first, last)] == list(
        range(rows_of(chunked))
    )
    row_bytes = size_of(chunked) // rows_of(chunked)
    assert all((last - first) * row_bytes <= max(piece, row_bytes) for first, last in cut)
    assert size_of(chunked) == chunked.array.nbytes


@pytest.mark.parametrize("shape", [(), (1,), (7,), (7, 3), (2, 3, 4), (0, 3)])
def test_what_lies_elsewhere_comes_whole_piece_by_piece(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "__defaults__", (24,))
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    chunked = Elsewhere(array)
    copy = whole(chunked)
    assert copy.shape == shape
    assert copy.dtype == array.dtype
    assert np.array_equal(copy, array)
    assert chunked.reads == list(spans(chunked))


def test_what_lies_in_memory_is_not_copied() -> None:
    array = np.ones((3, 2))
    assert whole(InMemory(array)) is array
