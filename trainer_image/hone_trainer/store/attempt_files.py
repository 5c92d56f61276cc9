"""Files of an attempt: written once, never over what somebody else wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hone_trainer.contract.assignment import Artifact
from hone_trainer.store.artifact_store import ArtifactStore


def write(
    store: ArtifactStore,
    folder: str,
    name: str,
    data: bytes,
    format: str = "",  # noqa: A002
) -> Artifact:
    """Store a file of an attempt; it counts once a manifest lists it.

    Args:
        store: the artifacts' store.
        folder: of the attempt, below the store.
        name: its name, unique in this attempt; may contain slashes.
        data: its bytes.
        format: json, npz, arrow, …; the name's ending where nothing is said.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = f"{folder}/{name}"
    if not store.create(path, data) and store.get(path) != data:
        # A zombie of this attempt was here first; its files are never touched.
        path = f"{folder}/{digest[:12]}/{name}"
        store.create(path, data)
    return Artifact(
        name=name,
        uri=store.uri(path),
        sha256=digest,
        size_bytes=len(data),
        format=format or Path(name).suffix[1:],
    )
