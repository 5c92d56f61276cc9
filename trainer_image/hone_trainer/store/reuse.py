"""What was made before is found again: an output by the key of all that went into it.

A signpost is no output: it names a manifest that somebody committed under this very key, and
whoever follows it looks whether all of it is still there. So nothing rests on a signpost. It is
written create-only, and the first stays; over it goes only who saw that what it names is not whole,
or was told to make everything anew: whichever of two such is last, both name something whole.

Signposts lie in the folder of a namespace: nobody takes over what another namespace made.
"""

from __future__ import annotations

import hashlib
import json
import logging
import posixpath
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from hone_trainer.contract.assignment import Artifact, Assignment, Report, StageFailure
from hone_trainer.contract.spec import Spec
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.manifest import MANIFEST, Manifest, parse, written

FOLDER = ".reuse"
_log = logging.getLogger("hone")


class Signpost(Spec):
    """Where the output of a key is."""

    version: Literal[1] = 1
    """Version of this layout."""
    manifest: Artifact
    """What was committed."""
    seen: Annotated[str, Field(max_length=64)]
    """Digest of the names and versions of its files when they were known to be whole. As long as it
    is the same, nobody has to read them."""

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return json.dumps(self.dump(), indent=1, ensure_ascii=False).encode()


def committed(store: ArtifactStore, task: Assignment, digest: str) -> Report | None:
    """Return the report of an earlier attempt that already made, or found, what this one is for.

    Args:
        store: of the artifacts.
        task: of this attempt.
        digest: of what goes into it: see ``store.input_digest``.
    """
    for itself, manifest in attempts(store, task):
        if manifest.input_digest != digest:
            continue
        if manifest.reused is None:
            return manifest.report(itself)
        if found := _follow(store, task.namespace, manifest.key, manifest.reused):
            return found
    return None


def attempts(store: ArtifactStore, task: Assignment) -> Iterator[tuple[Artifact, Manifest]]:
    """Return what attempts of a task have committed, the latest first."""
    paths = [path for path in store.list(task.prefix) if path.endswith(f"/{MANIFEST}")]
    for path in sorted(paths, key=_attempt, reverse=True):
        data, uri = store.get(path), store.uri(path)
        yield written(uri, data), parse(data, uri)


def find(store: ArtifactStore, namespace: str, key: str) -> Report | None:
    """Return the report of whoever made the output of a key before, where all of it is whole."""
    path = place(namespace, key)
    try:
        signpost = Signpost.model_validate_json(store.get(path))
    except ValidationError:
        _log.warning("%s cannot be read: passed over", store.uri(path))
        return None
    except StageFailure as failure:
        if failure.retry:
            raise
        return None
    return _follow(store, namespace, key, signpost.manifest, signpost.seen)


def keep(store: ArtifactStore, namespace: str, made: Artifact, *, anew: bool = False) -> None:
    """Let later jobs find what was committed under a key.

    Args:
        store: of the artifacts.
        namespace: of the job.
        made: its manifest.
        anew: whether it goes over what was made before, whole or not.
    """
    manifest = parse(store.fetch(made), made.uri)
    path = place(namespace, manifest.key)
    data = Signpost(manifest=made, seen=_look(store, manifest, made)).encode()
    if anew or (not store.create(path, data) and find(store, namespace, manifest.key) is None):
        store.put(path, data)


def place(namespace: str, key: str) -> str:
    """Return where the signpost of a key is, below the store."""
    return f"{namespace}/{FOLDER}/{key}.json"


def _follow(
    store: ArtifactStore, namespace: str, key: str, made: Artifact, known: str | None = None
) -> Report | None:
    """Return the report of what was made, where all of it is whole.

    Args:
        store: of the artifacts.
        namespace: of the job that asks.
        key: of what is sought.
        made: the manifest that is named.
        known: what ``_look`` gave when it was last known to be whole; None: sizes are enough.
    """
    try:
        manifest = _read(store, namespace, key, made)
        seen = _look(store, manifest, made)
        if known is not None and seen != known:
            for file in manifest.files:
                store.fetch(file)
            store.put(place(namespace, key), Signpost(manifest=made, seen=seen).encode())
    except StageFailure as failure:
        if failure.retry:
            raise
        _log.warning("not taken over, but made again: %s", failure.message)
        return None
    job, _, stage, *_ = _steps(store, namespace, made)
    origin = f"{namespace}/{job}/{stage}"
    message = f"reused from {origin}: {manifest.message}"[:1024]
    return manifest.report(made).model_copy(update={"reused": origin, "message": message})


def _read(store: ArtifactStore, namespace: str, key: str, made: Artifact) -> Manifest:
    """Read the manifest that is named: one of this namespace, and of this key."""
    _steps(store, namespace, made)
    manifest = parse(store.fetch(made), made.uri)
    if manifest.key != key or manifest.reused is not None:
        raise StageFailure("ArtifactDamaged", f"{made.uri} is of another key")
    return manifest


def _look(store: ArtifactStore, manifest: Manifest, made: Artifact) -> str:
    """Return the digest of names and versions of all files; each has its size still.

    One look is enough: whichever attempts wrote them, they lie in the folder of one member.
    """
    member = posixpath.dirname(posixpath.dirname(made.uri)).removeprefix(store.uri(""))
    there = {store.uri(each.path): each for each in store.entries(member)}
    seen = []
    for file in manifest.files:
        found = there.get(file.uri)
        if found is None or found.size != file.size_bytes:
            what = "is gone" if found is None else f"has {found.size} bytes"
            raise StageFailure("ArtifactDamaged", f"{file.uri} {what}")
        seen.append([file.name, found.version])
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _steps(store: ArtifactStore, namespace: str, made: Artifact) -> list[str]:
    """Return job, uid, stage, member, attempt and name of a manifest of this namespace."""
    home = store.uri(f"{namespace}/")
    steps = made.uri.removeprefix(home).split("/")
    if not made.uri.startswith(home) or len(steps) != 6:
        raise StageFailure("ArtifactDamaged", f"{made.uri} is no manifest of {namespace}")
    return steps


def _attempt(path: str) -> int:
    number = path.split("/")[-2]
    return int(number) if number.isdigit() else -1
