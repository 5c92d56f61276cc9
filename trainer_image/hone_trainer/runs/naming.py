"""How runs are named: by the beginning of their uid, as the latest of a job, or by their folder.

``[ARTIFACTS/]latest:[NAMESPACE/]JOB`` is the newest complete run of a job. It is a name and no
object: object stores have no links, and one that is rewritten could be read half changed. It is
looked up whenever it is said, so it stands for the run that was the newest at that moment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.runs.places import ARTIFACTS, FIELD
from hone_trainer.runs.reading import Stored, runs_among, stored
from hone_trainer.runs.record import RUN
from hone_trainer.store.artifact_store import open_store

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore

NAMESPACE = "default"
BUNDLE = "bundle.json"
"""What makes a folder a bundle: see ``bundle.description``."""
SHORT = 8
"""Characters of a uid that people are shown."""
LEAST = 4
"""Characters of a uid that name a run: fewer are a slip of the hand."""
SHOWN = 8
"""Jobs that are named where another was meant."""
LATEST = re.compile(r"(?:(?P<uri>.*)/)?latest:(?:(?P<namespace>[^/]+)/)?(?P<job>[^/]*)")


@dataclass(frozen=True)
class Latest:
    """The newest complete run of a job."""

    uri: str
    namespace: str
    job: str

    @classmethod
    def read(cls, name: str, uri: str = ARTIFACTS) -> Latest | None:
        """Understand a name; None where it is none of this form.

        Args:
            name: what somebody said.
            uri: the artifacts, where the name does not say.
        """
        told = LATEST.fullmatch(name)
        if told is None:
            return None
        place = uri if told["uri"] is None else told["uri"] or "/"
        return cls(place, told["namespace"] or NAMESPACE, told["job"])

    def find(self, store: ArtifactStore) -> Stored:
        """Return the run; ``RunNotFound`` where there is none."""
        found = [
            each
            for each in stored(store, f"{self.namespace}/{self.job}")
            if each.run.state == "Complete"
        ]
        if not found:
            told = f"{store.root} has no complete run of job {self.namespace}/{self.job}"
            raise StageFailure("RunNotFound", f"{told}: {self._instead(store)}; see `hone runs`")
        return max(found, key=lambda each: (str(each.run.ended_at), each.run.home))

    def _instead(self, store: ArtifactStore) -> str:
        """Say how the runs of this job stand; or which other jobs have a complete one."""
        every = [each.run for each in stored(store)]
        mine = sorted(
            {r.state for r in every if (r.namespace, r.job) == (self.namespace, self.job)}
        )
        if mine:
            return f"its runs are {' or '.join(mine)}"
        known = sorted({f"{r.namespace}/{r.job}" for r in every if r.state == "Complete"})
        if not known:
            return "it has none of any job" if every else "it has no runs at all"
        more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
        return f"it has one of {', '.join(known[:SHOWN])}{more}"


def bundle_uri(name: str, endpoint: str | None = None, region: str | None = None) -> str:
    """Return the folder of the bundle that a name stands for; any other address as it is.

    Args:
        name: ``[ARTIFACTS/]latest:[NAMESPACE/]JOB``, or the address of a bundle.
        endpoint: an S3 server that is not the cloud's own.
        region: the server's, or the cloud's.

    Raises:
        StageFailure: there is no such run (RunNotFound), or it has no bundle (BundleNotFound).
    """
    latest = Latest.read(name)
    if latest is None:
        return name
    store = open_store(Store(uri=latest.uri, endpoint=endpoint, region=region), FIELD)
    found = latest.find(store)
    uri = bundle_of(found, store)
    if not uri:
        message = f"the latest run of job {latest.namespace}/{latest.job} made no bundle"
        raise StageFailure("BundleNotFound", f"{message}: `hone show {name}` says why")
    return uri


def bundle_of(found: Stored, store: ArtifactStore) -> str:
    """Return the folder of a run's bundle; empty where it has none."""
    for step in reversed(found.run.last()):
        for each in step.word.artifacts if step.word and step.succeeded else ():
            if basename(each.name) == BUNDLE:
                return dirname(store.uri(below(each.uri, store)))
    return ""


def find(name: str, place: Store) -> tuple[ArtifactStore, Stored]:
    """Return the run that a name stands for, and the store that it is in.

    Args:
        name: the beginning of a uid, ``latest:JOB``, or the folder of a run.
        place: the artifacts, where the name does not say.

    Raises:
        StageFailure: there is none (RunNotFound), or there are several (RunUnclear).
    """
    if latest := Latest.read(name, place.uri):
        store = open_store(place.model_copy(update={"uri": latest.uri}), FIELD)
        return store, latest.find(store)
    root, *steps = name.removesuffix(f"/{RUN}").rstrip("/").rsplit("/", 3)
    if len(steps) == 3:
        store = open_store(place.model_copy(update={"uri": root or "/"}), FIELD)
        there = stored(store, "/".join(steps))
    else:
        store = open_store(place, FIELD)
        there = _beginning(store, name) if len(name) >= LEAST else []
    if len(there) > 1:
        shown = ", ".join(each.run.uid for each in there[:4])
        raise StageFailure("RunUnclear", f"{name} may be {shown}: write more of it")
    if not there:
        message = f"{store.root} has no run {name}: name one by the beginning of its id"
        raise StageFailure("RunNotFound", f"{message}, or as latest:JOB; see `hone runs`")
    return store, there[0]


def _beginning(store: ArtifactStore, uid: str) -> list[Stored]:
    """Return the runs whose uid begins so; no other is read."""
    paths = (each for each in store.entries("") if each.path.count("/") > 2)
    return runs_among(store, [each for each in paths if each.path.split("/")[2].startswith(uid)])


def below(uri: str, store: ArtifactStore) -> str:
    """Return where a file of a run is below a store, whatever that was called when it was written.

    A folder may have moved, or be mounted elsewhere for whoever reads it; then the end of the
    address counts: NAMESPACE/JOB/UID/STAGE/MEMBER and the file. Empty where it has no such end.
    """
    root = store.uri("")
    if uri.startswith(root):
        return uri.removeprefix(root)
    found = re.search(r"[^/]+/[^/]+/[^/]+/[^/]+/\d+/(?:\d+|checkpoints|scratch)/.+", uri)
    return found[0] if found else ""
