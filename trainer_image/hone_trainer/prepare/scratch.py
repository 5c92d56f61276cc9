"""What passes leave for each other: in the store, so that any pod can go on where one ended.

Each piece of work writes its tables first and its note last, create-only: a note that is there
means that its work is done, by whichever attempt. The folder's name holds a digest of what goes in
(parameters, code, versions of the source), so nothing is ever taken for something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from hone_trainer.store.artifact_store import ArtifactStore

READERS = 8
"""Slices that are read at a time."""


@dataclass(frozen=True)
class Scratch:
    """A folder of the store that lives until the stage is committed."""

    store: ArtifactStore
    folder: str

    def put(self, path: str, table: Any) -> None:
        """Write a table; the same work always writes the same."""
        name = f"{self.folder}/{path}.arrow"
        if (local := self._local(name)) is not None:
            local.parent.mkdir(parents=True, exist_ok=True)
            partial = local.with_suffix(f".{uuid4().hex[:8]}")
            with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
                file.write_table(table)
            partial.replace(local)
            return
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
        self.store.put(name, sink.getvalue().to_pybytes())

    def get(self, path: str) -> Any:
        """Read a table; a folder's is mapped into memory, not copied."""
        name = f"{self.folder}/{path}.arrow"
        if (local := self._local(name)) is not None:
            with pa.memory_map(str(local)) as mapped:
                return pa.ipc.open_file(mapped).read_all()
        return pa.ipc.open_file(pa.BufferReader(self.store.get(name))).read_all()

    def put_bytes(self, path: str, data: bytes) -> None:
        """Write what is read in slices."""
        self.store.put(f"{self.folder}/{path}.bin", data)

    def slices(self, wanted: Iterable[tuple[str, int, int]]) -> Iterator[bytes]:
        """Read (path, first byte, one past the last) of each, in this order; some at a time."""
        # They are many and small: most of the time of each is the way to the store.
        with ThreadPoolExecutor(READERS) as readers:
            yield from readers.map(self._slice, wanted)

    def _slice(self, wanted: tuple[str, int, int]) -> bytes:
        path, start, end = wanted
        return self.store.get_range(f"{self.folder}/{path}.bin", start, end) if end > start else b""

    def _local(self, name: str) -> Path | None:
        """Return file that stands for an object, where the store is a folder of this machine."""
        return None if "://" in self.store.root else Path(self.store.root, name)

    def note(self, work: str, index: int, facts: dict[str, Any]) -> dict[str, Any]:
        """Say that a piece of work is done, and what came of it; JSON values."""
        self.store.put(f"{self.folder}/{work}/{index:06d}.json", json.dumps(facts).encode())
        return facts

    def notes(self, work: str) -> dict[int, dict[str, Any]]:
        """Return what is noted of work that is done: index -> facts."""
        paths = (p for p in self.store.list(f"{self.folder}/{work}") if p.endswith(".json"))
        return {int(Path(p).stem): json.loads(self.store.get(p)) for p in paths}

    def clear(self) -> None:
        """Remove everything; what is gone already is fine."""
        for path in self.store.list(self.folder):
            self.store.delete(path)
