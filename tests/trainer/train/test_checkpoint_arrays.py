"""Arrays that lie in the store: any rows of them, and what becomes of pieces that are not right."""

import hashlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.chunked_array import Array
from hone_trainer.train.checkpoint_arrays import InStore

CUTS = (0, 3, 4, 9, 12)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArtifactStore:
    return open_store(Store(uri=str(tmp_path_factory.mktemp("stored"))))


@pytest.fixture(scope="module")
def array() -> Array:
    return np.arange(36, dtype=np.float32).reshape(12, 3)


def put(store: ArtifactStore, array: Array, folder: str) -> InStore:
    """Write an array in pieces of several sizes."""
    pieces = []
    for first, last in pairwise(CUTS):
        data = array[first:last].tobytes()
        path = f"{folder}/{first}.bin"
        store.put(path, data)
        pieces.append((first, last, path, hashlib.sha256(data).hexdigest()))
    return InStore(store, array.shape, array.dtype, tuple(pieces))


@given(st.integers(0, 11), st.integers(1, 12))
def test_any_rows_are_those_that_were_written(
    store: ArtifactStore, array: Array, first: int, count: int
) -> None:
    chunked = put(store, array, "whole")
    last = min(12, first + count)
    assert (chunked.read(first, last) == array[first:last]).all()


def test_it_comes_back_from_its_json_form(store: ArtifactStore, array: Array) -> None:
    chunked = put(store, array, "json")
    again = InStore.load(store, chunked.dump())
    assert again == chunked
    assert again.read(0, 12).dtype == array.dtype


def test_only_pieces_that_have_wanted_rows_are_read(store: ArtifactStore, array: Array) -> None:
    chunked = put(store, array, "few")
    store.put("few/0.bin", b"nobody asks for these")
    store.delete("few/9.bin")
    assert (chunked.read(3, 9) == array[3:9]).all()


@pytest.mark.parametrize(
    ("harm", "reason", "says"),
    [
        (b"", "CheckpointDamaged", "its digest differs"),
        (b"\0" * 12, "CheckpointDamaged", "its digest differs"),
        (None, "CheckpointReplaced", "was removed in the meantime"),
    ],
)
def test_a_piece_that_is_not_right_is_named_and_worth_another_look(
    store: ArtifactStore, array: Array, harm: Any, reason: str, says: str
) -> None:
    chunked = put(store, array, "harmed")
    if harm is None:
        store.delete("harmed/3.bin")
    else:
        store.put("harmed/3.bin", harm)
    with pytest.raises(StageFailure) as caught:
        chunked.read(0, 12)
    assert caught.value.reason == reason
    assert caught.value.retry
    assert "harmed/3.bin" in caught.value.message
    assert says in caught.value.message
