"""Digests of all that decides what a stage makes, and of nothing else.

Where it runs, who asks for it and when, how long it may take and how many pods share the work are
not in them. Neither is where inputs lie: what earlier stages made counts by its content, so that a
stage whose code changed and that made the same bytes has nothing after it done again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from hone_trainer.store import manifest as manifests
from hone_trainer.store.code_digest import code_digest

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Assignment
    from hone_trainer.contract.stage import Stage
    from hone_trainer.store.artifact_store import ArtifactStore


def input_digest(task: Assignment, stage: Stage, store: ArtifactStore) -> str:
    """Return the digest of parameters, code, place, and of what earlier stages made.

    Attempts of one job go by it: for them, what is read besides is as it was.

    Raises:
        StageFailure: the manifest of an input is missing or damaged.
    """
    kind = next(iter(task.run))
    read = [source for source in task.sources if source.makes in stage.needs]
    stages = list(dict.fromkeys(source.stage for source in read))
    sources = []
    for source in read:
        manifest = manifests.parse(store.fetch(source.manifest), source.manifest.uri)
        sources.append([stages.index(source.stage), source.makes, manifest.content])
    return _sha256(
        {
            "code": code_digest(kind),
            "run": {kind: stage.keyed()},
            "sources": sources,
            "member": task.member,
            "members": task.members,
            "seed": task.seed,
        }
    )


def output_key(digest: str, stage: Stage, store: ArtifactStore) -> str:
    """Return the key under which other jobs find what is made; empty where nobody should.

    Args:
        digest: see ``input_digest``.
        stage: says what it reads besides; where only reading would tell, there is no key.
        store: of the artifacts.

    Raises:
        StageFailure: what is read besides is not there.
    """
    read = stage.reads(store)
    return "" if read is None else _sha256([digest, *read])


def _sha256(what: Any) -> str:
    text = json.dumps(what, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
