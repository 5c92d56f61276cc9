"""Checkpoints with arrays of a few pieces, for tests."""

from typing import Any

import numpy as np

from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.chunked_array import InMemory, whole
from hone_trainer.train.checkpoints import Checkpoints, Found

PREFIX = "shop/demo/1d5c/train/0"
PIECE = 32
"""Bytes of a piece in these tests: 8 numbers of 4 bytes."""


def opened(store: ArtifactStore, attempt: int = 0, kept: int = 2, digest: str = "d") -> Checkpoints:
    """The checkpoints as one attempt sees them."""
    return Checkpoints(store, PREFIX, digest, attempt, kept)


def filled(value: float, rows: int = 20) -> tuple[InMemory, ...]:
    """One array of several pieces, each unlike the others."""
    return (InMemory((np.arange(rows) + 1000 * value).astype(np.float32)),)


def write(checkpoints: Checkpoints, step: int) -> Found:
    """A checkpoint whose arrays are different at each step."""
    return checkpoints.write(step, {"step": step}, {"weights": filled(step)})


def step_of(found: Found | None) -> int | None:
    """The step of a checkpoint that ``write`` wrote, once all its numbers have been compared."""
    if found is None:
        return None
    assert found.facts == {"step": found.step}
    assert np.array_equal(whole(found.groups["weights"][0]), filled(found.step)[0].array)
    return found.step


def paths(store: ArtifactStore, kind: str) -> list[str]:
    """Paths of all manifests (``step-``) or pieces (``/pieces/``)."""
    return [path for path in store.list(f"{PREFIX}/checkpoints") if kind in path]


def steps(store: ArtifactStore) -> list[int]:
    """Steps that have a manifest."""
    return [int(path[-14:-5]) for path in paths(store, "step-")]


def tear(store: ArtifactStore, path: str, how: Any) -> None:
    """Do to an object what storage may do: ``how`` gives its new bytes, or None to lose it."""
    data = how(store.get(path))
    store.delete(path) if data is None else store.put(path, data)
