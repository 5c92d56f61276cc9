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
    Cautions,
    Metric,
    Report,
    Source,
    StageFailure,
)
from hone_trainer.contract.spec import Spec

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
    """Digest of all that decides the output of an attempt: see ``store.input_digest``."""
    key: str = ""
    """Under which other jobs find it; empty where they do not."""
    sources: tuple[Source, ...] = ()
    """What earlier stages had made: where it lay, which nothing rests on."""
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
    aside: tuple[str, ...] = ()
    """Names of files and facts on which nothing rests that later stages make: pages, clocks, …"""
    peak_bytes: int = 0
    """Memory that the process which committed it held at most; 0 where nobody looked."""
    reused: Artifact | None = None
    """The manifest of whoever had made this before: then nothing else is told here."""

    @property
    def content(self) -> str:
        """Digest of all that later stages rest on, wherever and whenever it was made."""
        files = {file.name: file.sha256 for file in self.files if file.name not in self.aside}
        facts = {name: fact for name, fact in self.facts.items() if name not in self.aside}
        what = [self.kind, self.member, self.members, files, facts]
        text = json.dumps(what, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def file(self, name: str) -> Artifact:
        """Return one of the files by name."""
        for artifact in self.files:
            if artifact.name == name:
                return artifact
        raise StageFailure("ArtifactMissing", f"{self.stage}: its manifest lists no {name!r}")

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return json.dumps(self.dump(), indent=1, ensure_ascii=False).encode()

    def report(self, itself: Artifact) -> Report:
        """Return the report of the pod that committed, or found, this manifest.

        Args:
            itself: where it lies, and its digest: see ``written``.
        """
        shown = tuple(self.file(name) for name in self.show)
        return Report(
            message=self.message[:1024],
            metrics=self.metrics[:16],
            manifest=itself,
            artifacts=(itself, *shown)[:8],
            cautions=self.cautions,
        )


def written(uri: str, data: bytes) -> Artifact:
    """Return a manifest as an artifact.

    Args:
        uri: where it lies.
        data: its bytes as they lie there.
    """
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(name="manifest", uri=uri, sha256=digest, size_bytes=len(data), format="json")


def parse(data: bytes, uri: str) -> Manifest:
    """Understand a manifest's bytes; ``ManifestUnreadable`` where that is impossible."""
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise StageFailure("ManifestUnreadable", f"{uri}: {where}: {first['msg']}") from None
