"""Files that lie beside the source, read whole, with a note of what was read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore


class SideInputs:
    """A reader of such files that takes note of what it read."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._files: dict[str, dict[str, Any]] = {}

    @property
    def files(self) -> list[dict[str, Any]]:
        """Address, size and digest of each file that was read."""
        return list(self._files.values())

    def read(self, uri: str, field: str) -> bytes:
        """Read a whole file; see ``ArtifactStore.read``."""
        data = self._store.read(uri, field)
        digest = hashlib.sha256(data).hexdigest()
        self._files[uri] = {"uri": uri, "size": len(data), "sha256": digest}
        return data
