"""The manifest of what one attempt made. Writing it is the commit.

It is written last and create-only: before it, the attempt's files are litter; after it, they are
the output. A zombie of the same attempt finds it there and yields to it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import Field, ValidationError

from hone_trainer.contract.assignment import (
    Artifact,
    Assignment,
    Cautions,
    Metric,
    Report,
    StageFailure,
)
from hone_trainer.contract.spec import Spec
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.code_digest import code_digest

MANIFEST = "manifest.json"


class Manifest(Spec):
    """What went in, what came out, and the facts about it."""

    version: Literal[1] = 1
    """Version of this layout."""
    stage: str
    """Name of the stage."""
    kind: str
    """Kind of the stage: prepare, train, …"""
    makes: str | None = None
    """What it is to later stages: dataset, model, or nothing."""
    member: int = 0
    members: int = 1
    attempt: int = 0
    run: dict[str, Any] = Field(default_factory=dict)
    """The stage as it was asked for, with defaults filled in: ``{kind: parameters}``."""
    input_digest: str
    """Digest of all that decides the output: see ``input_digest``."""
    files: tuple[Artifact, ...] = ()
    """What was made; ``name`` is unique among them."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What is known of it: schema, counts, history, …; JSON values."""
    metrics: tuple[Metric, ...] = ()
    message: str = ""
    """A sentence for people."""
    cautions: Cautions = ()
    """What a person should know although all went well."""
    show: tuple[str, ...] = ()
    """Names of the files that people want to see listed."""

    def file(self, name: str) -> Artifact:
        """Return one of the files by name."""
        for artifact in self.files:
            if artifact.name == name:
                return artifact
        raise StageFailure("ArtifactMissing", f"{self.stage}: its manifest lists no {name!r}")

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return json.dumps(self.dump(), indent=1, ensure_ascii=False).encode()

    def report(self, uri: str, data: bytes) -> Report:
        """Return the report of the pod that committed, or found, this manifest.

        Args:
            uri: where it lies.
            data: its bytes as they lie there.
        """
        itself = Artifact(
            name="manifest",
            uri=uri,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            format="json",
        )
        shown = tuple(self.file(name) for name in self.show)
        return Report(
            message=self.message[:1024],
            metrics=self.metrics[:16],
            manifest=itself,
            artifacts=(itself, *shown)[:8],
            cautions=self.cautions,
        )


def input_digest(task: Assignment) -> str:
    """Return the digest of all that decides what a task makes: parameters, inputs, code, place."""
    inputs = {
        "code": code_digest(next(iter(task.run), "")),
        "run": task.run,
        "sources": [source.manifest.sha256 for source in task.sources],
        "member": task.member,
        "members": task.members,
        "seed": task.seed,
    }
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse(data: bytes, uri: str) -> Manifest:
    """Understand a manifest's bytes; ``ManifestUnreadable`` where that is impossible."""
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise StageFailure("ManifestUnreadable", f"{uri}: {where}: {first['msg']}") from None


def committed(store: ArtifactStore, task: Assignment) -> Report | None:
    """Return the report of an earlier attempt that already made what this task asks for."""
    wanted = input_digest(task)
    paths = [path for path in store.list(task.prefix) if path.endswith(f"/{MANIFEST}")]
    for path in sorted(paths, key=_attempt, reverse=True):
        data = store.get(path)
        manifest = parse(data, store.uri(path))
        if manifest.input_digest == wanted:
            return manifest.report(store.uri(path), data)
    return None


def _attempt(path: str) -> int:
    number = path.split("/")[-2]
    return int(number) if number.isdigit() else -1
