"""Checkpoints: what is written can be read, costs little, and survives what storage does to it."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.store import chunked_array
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.chunked_array import Array, InMemory, whole
from hone_trainer.train.checkpoints import Checkpoints
from tests.trainer.kept import PIECE, PREFIX, filled, opened, paths, step_of, steps, write


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked_array.spans, "__defaults__", (PIECE,))


@pytest.fixture
def store(run_stage: Any) -> ArtifactStore:
    found: ArtifactStore = run_stage.store
    return found


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each path was written."""
    seen: Counter[str] = Counter()
    for name in ("put", "create"):
        plain = getattr(ArtifactStore, name)

        def count(store: ArtifactStore, path: str, data: bytes, plain: Any = plain) -> Any:
            seen[path] += 1
            return plain(store, path, data)

        monkeypatch.setattr(ArtifactStore, name, count)
    return seen


ARRAYS: list[Array] = [
    np.array(3.5, np.float32),
    np.array(7, np.int64),
    np.arange(5, dtype=np.int32),
    np.arange(60, dtype=np.float64).reshape(20, 3),
    np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    np.array([True, False, True]),
    np.zeros((0, 4), np.float32),
    np.asfortranarray(np.arange(42, dtype=np.float32).reshape(6, 7)),
]


def test_what_is_written_is_what_is_read(store: ArtifactStore) -> None:
    groups = {"weights": tuple(map(InMemory, ARRAYS)), "best": ()}
    opened(store).write(12, {"rate": 0.5, "trace": [[1, 2.0]]}, groups)
    found = opened(store, attempt=3).latest()
    assert found is not None
    assert (found.attempt, found.step) == (0, 12)
    assert found.facts == {"rate": 0.5, "trace": [[1, 2.0]]}
    assert found.groups["best"] == ()
    for array, chunked in zip(ARRAYS, found.groups["weights"], strict=True):
        back = whole(chunked)
        assert (back.shape, back.dtype) == (array.shape, array.dtype)
        assert np.array_equal(back, array)


def test_rows_are_read_across_pieces(store: ArtifactStore) -> None:
    (chunked,) = opened(store).write(1, {}, {"weights": filled(0)}).groups["weights"]
    assert [piece[:2] for piece in chunked.pieces] == [(0, 8), (8, 16), (16, 20)]
    for first, last in [(0, 20), (7, 9), (8, 16), (3, 5), (15, 20), (0, 1)]:
        assert chunked.read(first, last).tolist() == list(range(first, last))


def test_arrays_that_did_not_change_are_not_written_again(
    store: ArtifactStore, writes: Counter[str]
) -> None:
    checkpoints, still = opened(store), filled(1)
    for step in (1, 2, 3):
        # A copy of equal values is as good as the same one; so are two groups that share one.
        copy = (InMemory(still[0].array.copy()),)
        checkpoints.write(step, {}, {"weights": filled(step + 5), "best": copy, "again": copy})
    pieces = {path: times for path, times in writes.items() if "/pieces/" in path}
    assert len(pieces) == 3 * (3 + 1)
    assert set(pieces.values()) == {1}


def test_one_piece_that_changed_is_written_alone(
    store: ArtifactStore, writes: Counter[str]
) -> None:
    checkpoints, table = opened(store), filled(1)[0].array
    checkpoints.write(1, {}, {"weights": (InMemory(table.copy()),)})
    writes.clear()
    table[9] = -1
    checkpoints.write(2, {}, {"weights": (InMemory(table),)})
    assert sum("/pieces/" in path for path in writes) == 1


def test_what_lies_in_the_store_is_not_written_again(
    store: ArtifactStore, writes: Counter[str]
) -> None:
    best = opened(store).write(1, {}, {"best": filled(1)}).groups["best"]
    writes.clear()
    later = opened(store, attempt=1).write(2, {}, {"weights": filled(2), "best": best})
    assert not any("/0/pieces/" in path for path in writes)
    for step in (3, 4, 5):  # kept for as long as somebody refers to it, by whatever attempt
        later = opened(store, attempt=1).write(step, {}, {"best": later.groups["best"]})
    found = opened(store, attempt=2).latest()
    assert found is not None
    assert np.array_equal(whole(found.groups["best"][0]), filled(1)[0].array)


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_the_last_few_stay_and_no_piece_of_the_others(store: ArtifactStore, kept: int) -> None:
    checkpoints = opened(store, kept=kept)
    for step in range(1, 7):
        write(checkpoints, step)
    assert steps(store) == list(range(7 - kept, 7))
    assert len(paths(store, "/pieces/")) == 3 * kept
    assert step_of(opened(store).latest()) == 6


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_never_written(store: ArtifactStore, bad: float) -> None:
    checkpoints = opened(store)
    write(checkpoints, 1)
    array = np.ones(20, np.float32)
    array[17] = bad
    with pytest.raises(StageFailure) as failed:
        checkpoints.write(2, {}, {"weights": (InMemory(array),)})
    assert failed.value.reason == "CheckpointNotFinite"
    assert step_of(checkpoints.latest()) == 1
    write(checkpoints, 3)
    assert len(paths(store, "/pieces/")) == 6  # what it had written before it saw is gone


def test_all_are_removed_at_the_end(store: ArtifactStore) -> None:
    for attempt in (0, 1):
        write(opened(store, attempt), attempt)
    store.put(f"{PREFIX}/1/network.json", b"{}")
    opened(store).clear()
    assert store.list(PREFIX) == [f"{PREFIX}/1/network.json"]


def test_a_stage_may_be_called_what_it_likes(store: ArtifactStore) -> None:
    checkpoints = Checkpoints(store, "shop/demo/1d5c/checkpoints/1", "d")
    write(checkpoints, 1)
    assert step_of(checkpoints.latest()) == 1
