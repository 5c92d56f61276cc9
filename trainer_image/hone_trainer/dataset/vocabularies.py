"""What the ids of a data set stand for, as its transform has it; read without the transform.

A network has rows by number. Whoever takes over rows of another network has to know which key each
of them is for; how cells become ids is none of its business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.rows import tables

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.manifest import Manifest


def vocabularies(store: ArtifactStore, manifest: Manifest) -> Mapping[str, Any]:
    """Return column -> the ids that it knows, an Arrow array of strings in the order of their rows.

    Args:
        store: where the data set is.
        manifest: of the stage that prepared it.

    Raises:
        StageFailure: a file is missing, or is not the one that was committed.
    """
    document = json.loads(store.fetch(manifest.file(TRANSFORM)))
    arrays = tables.unpack(store.fetch(manifest.file(TABLES)))
    learned = tables.put_together(document["learned"], arrays)
    return {name: facts["known"] for name, facts in learned.items() if "known" in facts}
