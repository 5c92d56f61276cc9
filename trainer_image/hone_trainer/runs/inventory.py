"""All that a store holds of runs: its objects, its runs, and what each manifest refers to.

A manifest is read here for its references alone, so that one of a later version counts too. One
that cannot be read at all might refer to anything: then nobody can say what may go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ConfigDict, ValidationError

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Spec
from hone_trainer.runs.naming import below
from hone_trainer.runs.reading import Stored, runs_among, side_by_side
from hone_trainer.runs.record import RUN

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.object_info import Entry

MANIFEST = re.compile(r"[^/]+/[^/]+/[^/]+/[^/]+/\d+/\d+/manifest\.json")
OWN = re.compile(r"(?P<stage>[^/]+)/\d+/(?:\d+|checkpoints|scratch)/.+")
"""What attempts write below a run's folder; whatever else lies there, somebody else put there."""
SIGNPOST = "{namespace}/.reuse/{key}.json"
"""What finds the output of a key: see ``store.reuse``."""


class _Named(Spec):
    """A file that something names."""

    model_config = ConfigDict(extra="ignore")

    uri: str


class _Manifest(Spec):
    model_config = ConfigDict(extra="ignore")

    makes: str | None = None
    key: str = ""
    files: tuple[_Named, ...] = ()
    reused: _Named | None = None


class _Signpost(Spec):
    model_config = ConfigDict(extra="ignore")

    manifest: _Named


@dataclass(frozen=True)
class Output:
    """What a manifest commits, and what it refers to; paths are below the store."""

    path: str
    """Of the manifest."""
    makes: str | None = None
    """What it is to later stages; None where only people read it."""
    files: tuple[str, ...] = ()
    reused: str = ""
    """The manifest that it stands for, of another job; empty where it stands for itself."""
    signpost: str = ""
    """What leads other jobs to it; empty where nothing does."""

    @property
    def stage(self) -> str:
        """Whose output it is."""
        return self.path.split("/")[3]


@dataclass(frozen=True)
class Inventory:
    """What there is."""

    entries: tuple[Entry, ...]
    runs: tuple[Stored, ...] = ()
    """The latest first."""
    outputs: Mapping[str, Output] = field(default_factory=dict)
    """Path of a manifest -> what it commits, of all runs."""


def look(store: ArtifactStore) -> Inventory:
    """Take stock of a store.

    Raises:
        StageFailure: a manifest cannot be read (ManifestUnreadable).
    """
    entries = tuple(store.entries(""))
    runs = tuple(runs_among(store, entries))
    manifests = [
        path for run in runs for path in own(run, reports=True) if MANIFEST.fullmatch(path)
    ]
    there = {entry.path for entry in entries}
    outputs = side_by_side(lambda path: _output(store, path, there), manifests)
    return Inventory(entries, runs, {output.path: output for output in outputs})


def own(run: Stored, *, reports: bool = False) -> Iterator[str]:
    """Yield what a run's own pods wrote.

    Args:
        run: the run.
        reports: only of stages whose pods are ours.
    """
    stages = {stage.name for stage in run.run.stages if stage.reports or not reports}
    home = f"{run.run.home}/"
    for entry in run.entries:
        inner = entry.path.removeprefix(home)
        found = OWN.fullmatch(inner)
        if inner == RUN or (found and found["stage"] in stages):
            yield entry.path


def _output(store: ArtifactStore, path: str, there: set[str]) -> Output:
    try:
        found = _Manifest.model_validate_json(store.get(path))
    except ValidationError:
        message = f"{store.uri(path)} cannot be read, so nobody knows what it refers to"
        raise StageFailure("ManifestUnreadable", f"{message}: move it away") from None
    signpost = SIGNPOST.format(namespace=path.split("/")[0], key=found.key) if found.key else ""
    return Output(
        path,
        found.makes,
        tuple(filter(None, (below(each.uri, store) for each in found.files))),
        below(found.reused.uri, store) if found.reused else "",
        signpost if signpost in there and _leads(store, signpost, path) else "",
    )


def _leads(store: ArtifactStore, signpost: str, path: str) -> bool:
    """Say whether a signpost leads to this manifest, and to no other of its key."""
    try:
        found = _Signpost.model_validate_json(store.get(signpost))
    except (ValidationError, StageFailure):
        return False
    return below(found.manifest.uri, store) == path
