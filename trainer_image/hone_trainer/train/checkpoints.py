"""Checkpoints of a training: pieces named by their digest, and a manifest that is written last.

They outlive the attempt that wrote them: that is their purpose. Each records the digest of what
went into the training, so that another configuration never resumes from it. Every attempt has a
folder of its own below, and touches those of older attempts only: a zombie can do no harm, and
finds out that it is one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.chunked_array import ChunkedArray, spans
from hone_trainer.train.checkpoint_arrays import InStore, get

KEPT = 2
"""Checkpoints that stay: the last may be damaged, or be read while the next one is written."""

NOT_FINITE = "CheckpointNotFinite"

Groups = Mapping[str, Sequence[ChunkedArray]]
"""Name -> arrays: weights, optimizer, best."""

_MANIFEST = re.compile(r"/(\d+)/step-(\d+)\.json$")
_ATTEMPT = re.compile(r"/(\d+)/")
_USELESS = ("CheckpointDamaged", "CheckpointReplaced")
_log = logging.getLogger("hone")


@dataclass(frozen=True)
class Found:
    """A checkpoint of the store: its facts, and its arrays by group."""

    attempt: int
    step: int
    facts: dict[str, Any]
    groups: dict[str, tuple[InStore, ...]]

    def verify(self) -> None:
        """Read all of it; ``CheckpointDamaged`` where it is not what was written."""
        for chunked in (chunked for group in self.groups.values() for chunked in group):
            for first, last, *_ in chunked.pieces:
                chunked.read(first, last)


@dataclass
class Checkpoints:
    """The checkpoints of one member of a stage, as one attempt sees them."""

    store: ArtifactStore
    prefix: str
    """The member's folder: ``Task.prefix``."""
    digest: str = ""
    """Digest of what goes into the training."""
    attempt: int = 0
    kept: int = KEPT
    _there: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Let older attempts know before this one relies on what they wrote: they would drop it.

        Raises:
            StageFailure: a newer attempt has begun (``Superseded``).
        """
        self._yield_to_newer()
        self.store.put(f"{self._folder}/{self.attempt}/begun", b"")

    def write(self, step: int, facts: Mapping[str, Any], groups: Groups) -> Found:
        """Store a checkpoint, then drop those that are older than the last few.

        Args:
            step: steps that are done.
            facts: what else has to be known to go on; JSON values.
            groups: the arrays; pieces that lie in the store already are not written again.

        Raises:
            StageFailure: a newer attempt has begun (``Superseded``), an array is not finite
                (``CheckpointNotFinite``), or the storage fails.
        """
        chunked_arrays = {id(chunked): chunked for group in groups.values() for chunked in group}
        put = {key: self._put(chunked) for key, chunked in chunked_arrays.items()}
        stored = {
            name: tuple(put[id(chunked)] for chunked in group) for name, group in groups.items()
        }
        self._yield_to_newer()
        record: dict[str, Any] = {
            "inputDigest": self.digest,
            "facts": dict(facts),
            "groups": {name: [each.dump() for each in group] for name, group in stored.items()},
        }
        path = f"{self._folder}/{self.attempt}/step-{step:09d}.json"
        # Over one of the same step that was passed over, where there is one.
        self.store.put(path, json.dumps(record).encode())
        self._drop_old(path)
        return Found(self.attempt, step, record["facts"], stored)

    def latest(self, use: Callable[[Found], None] = lambda found: found.verify()) -> Found | None:
        """Return the newest checkpoint that is whole, and of this configuration.

        Args:
            use: reads all of it; where it meets damage, it is called with the one before.
        """
        for path in self._manifests():
            try:
                found = self.read(*_numbers(path))
                use(found)
            except StageFailure as failure:
                if failure.reason not in _USELESS:
                    raise
                _log.warning("checkpoint passed over: %s", failure.message)
                self._there.clear()  # what is damaged may be ours: it is written again
                continue
            return found
        return None

    def read(self, attempt: int, step: int) -> Found:
        """Open the checkpoint that an attempt wrote at a step."""
        path = f"{self._folder}/{attempt}/step-{step:09d}.json"
        try:
            record = json.loads(get(self.store, path))
            if record["inputDigest"] != self.digest:
                message = f"{self.store.uri(path)} is of another configuration"
                raise StageFailure("CheckpointReplaced", message, retry=True)
            groups = {
                name: tuple(InStore.load(self.store, each) for each in group)
                for name, group in record["groups"].items()
            }
            return Found(attempt, step, dict(record["facts"]), groups)
        except (ValueError, KeyError, TypeError, AttributeError):
            message = f"{self.store.uri(path)} cannot be understood"
            raise StageFailure("CheckpointDamaged", message, retry=True) from None

    def clear(self) -> None:
        """Remove all checkpoints of the member, of whatever configuration; manifests first."""
        paths = self.store.list(self._folder)
        for path in sorted(paths, key=lambda path: not _MANIFEST.search(path)):
            self.store.delete(path)

    @property
    def _folder(self) -> str:
        return f"{self.prefix}/checkpoints"

    def _put(self, chunked: ChunkedArray) -> InStore:
        if isinstance(chunked, InStore):
            return chunked
        pieces = []
        for first, last in spans(chunked):
            rows = np.ascontiguousarray(chunked.read(first, last))
            if rows.dtype.kind == "f" and not np.isfinite(rows).all():
                raise StageFailure(NOT_FINITE, "weights are not finite: nothing to go back to")
            data = rows.tobytes()
            digest = hashlib.sha256(data).hexdigest()
            path = f"{self._folder}/{self.attempt}/pieces/{digest}"
            if path not in self._there:
                self.store.put(path, data)
                self._there.add(path)
            pieces.append((first, last, path, digest))
        return InStore(self.store, chunked.shape, chunked.dtype, tuple(pieces))

    def _yield_to_newer(self) -> None:
        newest = max(map(self._attempt_of, self._paths()), default=0)
        if newest > self.attempt:
            message = f"attempt {newest} has begun: attempt {self.attempt} ends here"
            raise StageFailure("Superseded", message, retry=True)

    def _drop_old(self, written: str) -> None:
        """Keep the one just written and the newest before it, by attempt, and drop the others.

        Not by step: what got further, but is damaged or of another configuration, would stay.
        """
        wanted: list[set[str]] = []
        mine = [path for path in self._manifests() if self._attempt_of(path) <= self.attempt]
        for path in sorted(mine, key=lambda path: (path == written, _numbers(path)), reverse=True):
            pieces = self._pieces_of(path) if len(wanted) < self.kept else None
            if pieces is None:
                self.store.delete(path)
            else:
                wanted.append(pieces)
        useless = {path for path in self._paths() if "/pieces/" in path}.difference(*wanted)
        for path in sorted(useless):
            if self._attempt_of(path) <= self.attempt:
                self.store.delete(path)
                self._there.discard(path)

    def _pieces_of(self, manifest: str) -> set[str] | None:
        """Return the paths that a manifest names; None where nobody could resume from it."""
        try:
            found = self.read(*_numbers(manifest))
        except StageFailure as failure:
            if failure.reason not in _USELESS:
                raise
            return None
        chunked_arrays = (chunked for group in found.groups.values() for chunked in group)
        return {path for chunked in chunked_arrays for _, _, path, _ in chunked.pieces}

    def _manifests(self) -> list[str]:
        """Return the paths of all manifests, the one that got furthest first."""
        found = [path for path in self._paths() if _MANIFEST.search(path)]
        return sorted(found, key=lambda path: _numbers(path)[::-1], reverse=True)

    def _paths(self) -> list[str]:
        return [path for path in self.store.list(self._folder) if self._attempt_of(path) >= 0]

    def _attempt_of(self, path: str) -> int:
        found = _ATTEMPT.match(path.removeprefix(self._folder))
        return int(found[1]) if found else -1


def _numbers(path: str) -> tuple[int, int]:
    found = _MANIFEST.search(path)
    if found is None:
        raise ValueError(f"{path} is no manifest of a checkpoint")
    return int(found[1]), int(found[2])
