"""Checkpoints of a training, one per epoch, beside the attempts of a member.

They outlive the attempt that wrote them: that is their purpose. Each records the digest of what
went into the training, so that another configuration never resumes from it.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store import ArtifactStore
from hone_trainer.task import StageFailure

KEPT = 2
"""Checkpoints that stay: a pod may die while it writes the last one, or reads the one before."""

Arrays = list[NDArray[np.generic]]


@dataclass
class Checkpoint:
    """The whole state of a training after so many epochs."""

    epochs: int
    weights: Arrays
    optimizer: Arrays
    best: Arrays
    """Weights of the epoch that would be kept if the training ended here."""
    best_epoch: int
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one member of a stage."""

    store: ArtifactStore
    prefix: str
    """The member's folder: ``Task.prefix``."""
    digest: str = ""
    """Digest of what goes into the training."""

    def write(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint, then drop the ones that are older than the last two."""
        groups = {n: getattr(checkpoint, n) for n in ("weights", "optimizer", "best")}
        arrays = {f"{name}.{i}": a for name, group in groups.items() for i, a in enumerate(group)}
        record = {
            "inputDigest": self.digest,
            "epochs": checkpoint.epochs,
            "bestEpoch": checkpoint.best_epoch,
            "history": checkpoint.history,
            "arrays": {name: len(group) for name, group in groups.items()},
        }
        text = np.frombuffer(json.dumps(record).encode(), np.uint8)
        packed = io.BytesIO()
        np.savez(packed, allow_pickle=False, record=text, **arrays)
        self.store.put(self._path(checkpoint.epochs), packed.getvalue())
        for path in self._paths()[:-KEPT]:
            self.store.delete(path)

    def latest(self) -> int:
        """Say after how many epochs the training can be taken up; 0 where from its start."""
        for path in reversed(self._paths()):
            record = self._record(np.load(self._open(path), allow_pickle=False))
            if record["inputDigest"] == self.digest:
                return int(record["epochs"])
        return 0

    def read(self, epochs: int) -> Checkpoint:
        """Read a checkpoint that ``latest`` named."""
        with np.load(self._open(self._path(epochs)), allow_pickle=False) as arrays:
            record = self._record(arrays)
            if record["inputDigest"] != self.digest:
                message = f"{self.store.uri(self._path(epochs))} is of another configuration"
                raise StageFailure("CheckpointReplaced", message, retry=True)
            groups: dict[str, Arrays] = {
                name: [arrays[f"{name}.{i}"] for i in range(count)]
                for name, count in record["arrays"].items()
            }
        return Checkpoint(
            epochs=record["epochs"],
            weights=groups["weights"],
            optimizer=groups["optimizer"],
            best=groups["best"],
            best_epoch=record["bestEpoch"],
            history=record["history"],
        )

    def clear(self) -> None:
        """Remove all checkpoints of the member, of whatever configuration; the newest last."""
        for path in self._paths():
            self.store.delete(path)

    def _open(self, path: str) -> io.BytesIO:
        try:
            return io.BytesIO(self.store.get(path))
        except StageFailure as failure:
            if failure.reason != "InputNotFound":
                raise
            # A zombie of an older attempt has committed and tidied up: the next one will see it.
            message = f"{self.store.uri(path)} was removed in the meantime"
            raise StageFailure("CheckpointReplaced", message, retry=True) from None

    def _path(self, epochs: int) -> str:
        return f"{self.prefix}/checkpoints/epoch-{epochs:05d}.npz"

    def _paths(self) -> list[str]:
        return self.store.list(f"{self.prefix}/checkpoints")

    def _record(self, arrays: Any) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(arrays["record"].tobytes())
        return record
