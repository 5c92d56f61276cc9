"""Which rows each step of a training has seen, kept by each worker: the proof that none was missed.

Restarts make that hard to believe and easy to get wrong. So every worker can keep, block by block,
the rows that its compiled steps gathered. Joined over all attempts, of which the last that got past
a step counts for it, they must give every row exactly once an epoch.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store.artifact_store import ArtifactStore

_NAME = re.compile(r"/(\d+)-(\d+)-(\d+)-(\d+)\.npy$")


@dataclass(frozen=True)
class RowLog:
    """What one worker writes in one attempt."""

    store: ArtifactStore
    folder: str
    """Of one training: see ``folder_of``."""
    attempt: int
    rank: int

    def write(self, epoch: int, first: int, rows: NDArray[np.int32]) -> None:
        """Keep the rows of a block of steps, over those of the same block before a rollback.

        Args:
            epoch: counted from 0.
            first: steps of the epoch done before it.
            rows: (steps, rows a step), negative where a batch is short.
        """
        data = io.BytesIO()
        np.save(data, rows, allow_pickle=False)
        name = f"{self.attempt}-{self.rank}-{epoch}-{first}.npy"
        self.store.put(f"{self.folder}/{name}", data.getvalue())


@dataclass(frozen=True)
class _Block:
    path: str
    attempt: int
    rank: int
    epoch: int
    first: int


def folder_of(prefix: str, digest: str) -> str:
    """Return where the rows of a training lie, apart from those of another configuration.

    Args:
        prefix: the member's folder, ``Task.prefix``.
        digest: of what goes into the training.
    """
    return f"{prefix}/rows/{digest[:12]}"


def audit(store: ArtifactStore, folder: str, rows: int) -> list[dict[str, Any]]:
    """Join what all workers of all attempts have kept.

    Args:
        store: where it lies.
        folder: see ``folder_of``.
        rows: of the training.

    Returns:
        For each epoch, counted from 1: how many rows were seen ``once``, ``twice`` or more often,
        ``never``, and how many each worker saw (``byWorker``). ``undone`` counts those of steps
        that a later attempt had to run again; they are in none of the other figures.
    """
    found = [_Block(p, *map(int, m.groups())) for p in store.list(folder) if (m := _NAME.search(p))]
    workers = 1 + max((block.rank for block in found), default=0)
    epochs = sorted({block.epoch for block in found})
    return [
        _epoch(store, [block for block in found if block.epoch == epoch], rows, workers)
        for epoch in epochs
    ]


def complete(audited: list[dict[str, Any]]) -> bool:
    """Say whether each row was seen exactly once in every epoch."""
    return bool(audited) and not any(epoch["twice"] or epoch["never"] for epoch in audited)


def _epoch(store: ArtifactStore, blocks: list[_Block], rows: int, workers: int) -> dict[str, Any]:
    seen = {block: np.load(io.BytesIO(store.get(block.path))) for block in blocks}
    last: dict[int, int] = {}
    """Step -> the last attempt that got past it."""
    for block, taken in seen.items():
        for step in range(block.first, block.first + len(taken)):
            last[step] = max(last.get(step, 0), block.attempt)
    times, by_worker, undone = np.zeros(rows, np.int64), [0] * workers, 0
    for block, taken in seen.items():
        for step, chosen in enumerate(taken, block.first):
            real = chosen[chosen >= 0]
            if last[step] != block.attempt:
                undone += len(real)
                continue
            np.add.at(times, real, 1)
            by_worker[block.rank] += len(real)
    return {
        "epoch": blocks[0].epoch + 1,
        "once": int((times == 1).sum()),
        "twice": int((times > 1).sum()),
        "never": int((times == 0).sum()),
        "byWorker": by_worker,
        "undone": undone,
    }
