"""Weights too large for one object or one pod: stored in pieces, opened as a file that is mapped.

What is mapped costs disk and not memory: the kernel reads the rows that are asked for, and drops
them again when memory is short.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store.chunked_array import (
    Array,
    ChunkedArray,
    as_chunked,
    size_of,
    spans,
    whole,
)

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.manifest import Manifest


class Writer(Protocol):
    """Writes files of an attempt, as the context of a running stage does."""

    def write(self, name: str, data: bytes, format: str = "") -> Artifact:  # noqa: A002
        """Write a file whose name is new in this attempt."""


LARGE = 256 << 20
"""Bytes from which on an array is stored in pieces."""


def is_large(array: Array | ChunkedArray) -> bool:
    """Say whether an array is stored in pieces."""
    return size_of(as_chunked(array)) > LARGE


def write(
    writer: Writer, folder: str, array: Array | ChunkedArray
) -> tuple[tuple[Artifact, ...], Any]:
    """Write an array as pieces of the running stage.

    Args:
        writer: the running stage.
        folder: where the pieces go; unique in this attempt.
        array: never held whole.

    Returns:
        The pieces, and what ``read`` has to know, as a JSON value.
    """
    chunked = as_chunked(array)
    pieces = tuple(
        writer.write(f"{folder}/{first:012d}.bin", chunked.read(first, last).tobytes())
        for first, last in spans(chunked)
    )
    names = [piece.name for piece in pieces]
    return pieces, {"shape": list(chunked.shape), "dtype": chunked.dtype.name, "pieces": names}


def read(store: ArtifactStore, manifest: Manifest, record: Any) -> Array:
    """Return the array that ``write`` wrote, mapped from a file that goes with it.

    Raises:
        StageFailure: a piece is missing, or is not the one that was committed.
    """
    with tempfile.TemporaryFile() as file:  # without a name: it goes with the map
        for name in record["pieces"]:
            file.write(store.fetch(manifest.file(name)))
        file.flush()
        return np.memmap(file, np.dtype(record["dtype"]), "r", shape=tuple(record["shape"]))


def rows(array: Array | ChunkedArray, chosen: NDArray[np.int64]) -> Array:
    """Return some rows, in the order asked for; ``chosen`` is sorted and without repeats."""
    chunked = as_chunked(array)
    if isinstance(array, np.ndarray):
        return np.asarray(array[chosen])
    found = []
    for first, last in spans(chunked):
        here = chosen[(chosen >= first) & (chosen < last)]
        if len(here):
            found.append(chunked.read(first, last)[here - first])
    return np.concatenate(found) if found else np.empty((0, *chunked.shape[1:]), chunked.dtype)


def plain(array: Array | ChunkedArray) -> Array:
    """Return the array as numpy has it, whole."""
    return array if isinstance(array, np.ndarray) else whole(array)


def count_nonzero(array: Array | ChunkedArray) -> int:
    """Count the elements that are not zero."""
    chunked = as_chunked(array)
    return sum(int(np.count_nonzero(chunked.read(*span))) for span in spans(chunked))
