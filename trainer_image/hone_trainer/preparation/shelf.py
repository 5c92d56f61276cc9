"""What lies beside the source: tables that rows are compared with, lists that they are changed by.

All of it is fetched before the first row is read: a wrong address costs no pass over the source,
and its bytes are part of what names the scratch folder, so that a resumed preparation never mixes
two versions of a table.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.stages.prepare import Prepare
    from hone_trainer.store import ArtifactStore


class Shelf:
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


@dataclass(frozen=True)
class Fetched:
    """What the steps of a stage have loaded, by their numbers."""

    clean: dict[int, Any]
    augment: dict[int, Any]
    files: list[dict[str, Any]]
    """What it was read from: address, size, digest."""


def fetch(stage: Prepare, columns: tuple[Column, ...], store: ArtifactStore) -> Fetched:
    """Load what steps of the stage compare rows with.

    Raises:
        StageFailure: whatever a step's ``load`` raises.
    """
    shelf = Shelf(store)

    def load(steps: tuple[Any, ...]) -> dict[int, Any]:
        chosen = ((number, step.value) for number, step in enumerate(steps) if step.value.loads)
        return {number: step.load(shelf, columns) for number, step in chosen}

    clean, augment = load(stage.clean), load(stage.augment)
    return Fetched(clean, augment, shelf.files)
