"""An earlier network where it lies: found by what a user says, opened once it is needed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.dataset.vocabularies import vocabularies
from hone_trainer.models.network import PARAMETERS, Network
from hone_trainer.runs.naming import Latest, below
from hone_trainer.runs.reading import read
from hone_trainer.store import manifest as manifests
from hone_trainer.store.manifest import MANIFEST, Manifest
from hone_trainer.tasks.learned import Learned
from hone_trainer.train.start_from import FIELD

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.runs.record import Run
    from hone_trainer.store.artifact_store import ArtifactStore

NOT_FOUND, UNFIT = "StartNotFound", "StartUnfit"
RUN = re.compile(r"(?:(?P<root>.+)/)?(?P<home>[^/]+/[^/]+/[^/]+)")
ATTEMPT = re.compile(rf"{RUN.pattern}/(?P<attempt>[^/]+/\d+/\d+)")
KINDS = ("train", "fuse")
"""Stages whose networks are whole: what compression leaves has weights cut out of it."""
REMEDY = "name a run that trained a network, or the folder of such a stage in it"


@dataclass(frozen=True)
class Earlier:
    """What a stage of a run has made: a network of every member."""

    store: ArtifactStore
    """All of the artifacts that the run lies among."""
    origin: str
    """Namespace, job and stage."""
    members: tuple[Manifest, ...]
    field: str = FIELD
    """Of the job, whose ``uri`` names it."""

    @classmethod
    def find(cls, uri: str, store: ArtifactStore, field: str = FIELD) -> Earlier:
        """Find it; none of its weights is read.

        Args:
            uri: see ``StartFrom``.
            store: the artifacts of this job.
            field: of the job, whose ``uri`` this is.

        Raises:
            StageFailure: there is none (StartNotFound), or it cannot be read.
        """
        if latest := Latest.read(uri, store.root):
            place = store.at(latest.uri, f"{field}.uri")
            try:
                return cls._of_run(place, latest.find(place).run, field)
            except StageFailure as failure:
                if failure.reason != "RunNotFound":
                    raise
                raise StageFailure(NOT_FOUND, f"{field}.uri: {failure.message}") from None
        uri = uri.rstrip("/").removesuffix(f"/{MANIFEST}").removesuffix("/run.json")
        if (told := ATTEMPT.fullmatch(uri)) is not None:
            place = store.at(told["root"] or ".", f"{field}.uri")
            path = f"{told['home']}/{told['attempt']}/{MANIFEST}"
            if place.entry(path) is not None:
                made = manifests.parse(place.get(path), place.uri(path))
                return cls._of_stage(place, [made], path, field)
        if (told := RUN.fullmatch(uri)) is not None:
            place = store.at(told["root"] or ".", f"{field}.uri")
            if (run := read(place, told["home"])) is not None:
                return cls._of_run(place, run, field)
        raise StageFailure(NOT_FOUND, f"{field}.uri: {uri} is no run, nor a stage of one: {REMEDY}")

    @classmethod
    def _of_run(cls, store: ArtifactStore, run: Run, field: str) -> Earlier:
        """Take the last stage whose network is whole."""
        made = [step for step in run.last() if step.kind in KINDS and step.succeeded and step.word]
        there = [step for step in made if step.stage == made[-1].stage]
        if not there or len(there) < there[0].members:
            message = f"{field}.uri: run {run.home} has not trained a network to its end"
            raise StageFailure(NOT_FOUND, f"{message}: {REMEDY}")
        found = [step.word.manifest for step in there if step.word and step.word.manifest]
        stages = [_manifest(store, each) for each in found]
        return cls._of_stage(store, stages, found[0].uri, field)

    @classmethod
    def _of_stage(
        cls, store: ArtifactStore, found: Sequence[Manifest], uri: str, field: str
    ) -> Earlier:
        made = [_manifest(store, each.reused) if each.reused else each for each in found]
        for manifest in made:
            if not any(file.name == PARAMETERS for file in manifest.files):
                where = f"{field}.uri: stage {manifest.stage!r} there is of kind {manifest.kind}"
                raise StageFailure(NOT_FOUND, f"{where} and has no network: {REMEDY}")
        namespace, job = (below(uri, store) or uri).split("/")[:2]
        origin = f"{namespace}/{job}/{made[0].stage}"
        return cls(store, origin, tuple(_here(each, store) for each in made), field)

    @property
    def content(self) -> str:
        """What is another one whenever weights, or what their rows stand for, are others."""
        data = self._data(self.members[0])
        keys = [file.sha256 for file in data.files if file.name in (TRANSFORM, TABLES)]
        what = json.dumps([[member.content for member in self.members], sorted(keys)])
        return hashlib.sha256(what.encode()).hexdigest()

    def place(self, part: int | None) -> tuple[int, int]:
        """Return which member is meant, and which of its parts; no weights are read.

        Args:
            part: which of all parts of all members; None where there is one.

        Raises:
            StageFailure: it is not said which, or there is no such part.
        """
        counts = [
            len(json.loads(self.store.fetch(member.file(PARAMETERS)))["parts"])
            for member in self.members
        ]
        places = [(m, p) for m, count in enumerate(counts) for p in range(count)]
        if (part is None and len(places) > 1) or (part or 0) >= len(places):
            message = f"{self.origin} has {len(places)} models"
            remedy = f"choose one from 0 to {len(places) - 1}, or leave it out where there is one"
            raise StageFailure(UNFIT, f"{self.field}.part: {message}: {remedy}")
        return places[part or 0]

    def network(self, part: int | None) -> tuple[Network, int]:
        """Return a network, and which of its parts is meant; see ``place``.

        Raises:
            StageFailure: a file is missing, is not the one that was committed, or of a version that
                cannot be read.
        """
        member, place = self.place(part)
        return self._load(self.members[member]), place

    def networks(self) -> tuple[Network, ...]:
        """Return the networks of all members; see ``network``."""
        return tuple(self._load(member) for member in self.members)

    def _load(self, member: Manifest) -> Network:
        try:
            network = Network.load(self.store, member)
            for target in network.schema.targets:
                Learned.read(target.learned)
        except (KeyError, TypeError, ValueError) as error:
            raise self.unreadable(f"{type(error).__name__}: {error}") from error
        return network

    def unreadable(self, odd: str) -> StageFailure:
        """Return why a network of another version cannot be taken over."""
        who = f"{self.field}.uri: {self.origin}"
        message = f"{who} was made by a version of Hone that this one cannot read"
        return StageFailure(UNFIT, f"{message} ({odd.splitlines()[0][:100]}): train it again")

    def vocabularies(self) -> Mapping[str, Any]:
        """Return column -> its ids, in the order of their rows."""
        return vocabularies(self.store, self._data(self.members[0]))

    def _data(self, member: Manifest) -> Manifest:
        """Return the manifest of the data set that a network was trained on."""
        made = [source for source in member.sources if source.makes == "dataset"]
        if not made:
            message = f"{self.field}.uri: {self.origin} does not say what its ids stand for"
            raise StageFailure(UNFIT, f"{message}: train it again, by this version of Hone")
        return _here(_manifest(self.store, made[-1].manifest), self.store)


def _manifest(store: ArtifactStore, artifact: Artifact) -> Manifest:
    data = store.fetch(_moved(artifact, store))
    return manifests.parse(data, artifact.uri)


def _here(manifest: Manifest, store: ArtifactStore) -> Manifest:
    """Return a manifest with the addresses that its files have now: a store may be copied."""
    files = tuple(_moved(file, store) for file in manifest.files)
    return manifest.model_copy(update={"files": files})


def _moved(artifact: Artifact, store: ArtifactStore) -> Artifact:
    path = below(artifact.uri, store)
    return artifact.model_copy(update={"uri": store.uri(path)}) if path else artifact
