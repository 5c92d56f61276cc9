"""Arrays of a checkpoint where they lie: in the store, in pieces with their digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.chunked_array import Array


@dataclass(frozen=True)
class InStore:
    """A chunked array that lies in the store, in pieces."""

    store: ArtifactStore
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    pieces: tuple[tuple[int, int, str, str], ...]
    """(first row, last row, path, SHA-256) of each."""

    def read(self, first: int, last: int) -> Array:
        """See ``ChunkedArray``; ``CheckpointDamaged`` where a piece is not what was written."""
        found = [
            self._piece(path, digest)[max(first, start) - start : last - start]
            for start, end, path, digest in self.pieces
            if start < last and end > first
        ]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _piece(self, path: str, digest: str) -> Array:
        data = get(self.store, path)
        if hashlib.sha256(data).hexdigest() != digest:
            message = f"{self.store.uri(path)} is not what was written: its digest differs"
            raise StageFailure("CheckpointDamaged", message, retry=True)
        return np.frombuffer(data, self.dtype).reshape(-1, *self.shape[1:])

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"shape": self.shape, "dtype": self.dtype.name, "pieces": self.pieces}

    @classmethod
    def load(cls, store: ArtifactStore, record: dict[str, Any]) -> InStore:
        """Read the JSON form."""
        pieces = tuple((int(a), int(b), str(p), str(d)) for a, b, p, d in record["pieces"])
        return cls(store, tuple(record["shape"]), np.dtype(record["dtype"]), pieces)


def get(store: ArtifactStore, path: str) -> bytes:
    """Read an object of a checkpoint; ``CheckpointReplaced`` where it is not there any more."""
    try:
        return store.get(path)
    except StageFailure as failure:
        if failure.reason != "InputNotFound":
            raise
        # Dropped by a newer attempt, or with the commit of a zombie: look again.
        message = f"{store.uri(path)} was removed in the meantime"
        raise StageFailure("CheckpointReplaced", message, retry=True) from None
