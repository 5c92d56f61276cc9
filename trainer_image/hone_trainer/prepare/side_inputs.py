"""What lies beside the source: tables that rows are compared with, lists that they are changed by,
vocabularies that they are read by.

All of it is fetched before the first row is read: a wrong address costs no pass over the source,
and its bytes are part of what names the scratch folder, so that a resumed preparation never mixes
two versions of a table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.sources.files import find
from hone_trainer.store.side_inputs import SideInputs

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.prepare.spec import Prepare
    from hone_trainer.store.artifact_store import ArtifactStore


@dataclass(frozen=True)
class Fetched:
    """What the columns of a stage have loaded, by name, and its steps, by their numbers."""

    columns: dict[str, dict[str, Any]]
    """Column -> what it has learned of files."""
    clean: dict[int, Any]
    augment: dict[int, Any]
    items: Any
    """What is known of items, a block; None where nothing is."""
    files: list[dict[str, Any]]
    """What it was read from: address, size, digest."""


def fetch(stage: Prepare, columns: tuple[Column, ...], store: ArtifactStore) -> Fetched:
    """Load what steps of the stage compare rows with, and what its columns are read by.

    Raises:
        StageFailure: whatever a ``load`` raises.
    """
    inputs = SideInputs(store)

    def load(steps: tuple[Any, ...]) -> dict[int, Any]:
        chosen = ((number, step.value) for number, step in enumerate(steps) if step.value.loads)
        return {number: step.load(inputs, columns) for number, step in chosen}

    read = {column.name: column.value.load(inputs) for column in columns}
    clean, augment = load(stage.clean), load(stage.augment)
    label = next((task.label for task in stage.predicted if task.ranks and not task.listed), "")
    items = stage.items.load(label, inputs) if stage.items else None
    return Fetched(read, clean, augment, items, inputs.files)


def versions(stage: Prepare, store: ArtifactStore) -> tuple[str, ...] | None:
    """Say what all files of a stage are as they lie there, unread; None where there are others.

    Raises:
        StageFailure: one is not there.
    """
    files = stage.source.value.files(store)
    if files is None:
        return None
    readers = [each.value for each in (*(stage.columns or ()), *stage.clean, *stage.augment)]
    readers += [stage.items] if stage.items else []
    beside = {uri: field for each in readers for uri, field in each.uris.items()}
    more = (file for uri, field in beside.items() for file in find(uri, (), store, field))
    return tuple(f"{_absolute(file.uri)} {file.version}" for file in (*files, *more))


def _absolute(uri: str) -> str:
    return uri if "://" in uri else os.path.abspath(uri)
