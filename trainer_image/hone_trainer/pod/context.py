"""What a stage finds around it while it runs in one pod: its task, its inputs, its output."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from hone_trainer.contract.assignment import (
    LONGEST,
    LONGEST_CAUTION,
    MOST_CAUTIONS,
    Artifact,
    Assignment,
    Metric,
    Progress,
    Report,
    Source,
    StageFailure,
    metric,
)
from hone_trainer.contract.stage import Product
from hone_trainer.pod import memory
from hone_trainer.pod.heartbeat import Heartbeat
from hone_trainer.pod.pace import Pace
from hone_trainer.store import attempt_files
from hone_trainer.store import manifest as manifests
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.manifest import MANIFEST, Manifest


@dataclass(frozen=True)
class Context:
    """The surroundings of one run of a stage."""

    task: Assignment
    store: ArtifactStore
    work: Path
    """An empty folder of this pod; gone when it ends."""
    post: Callable[[Progress], None]
    """Tell the world how far it is; cheap, never raises, may drop."""
    rank: int = 0
    """Index of this pod in its gang; 0 is the chief, who writes."""
    size: int = 1
    """Pods of the gang."""
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    """What the guardian of this pod hears and says."""
    makes: Product | None = None
    """What the running stage leaves for those after it."""
    digest: str = ""
    """Of all that decides the output of an attempt: see ``store.input_digest``."""
    key: str = ""
    """Under which other jobs find that output; empty where they do not."""
    pace: Pace = field(default_factory=Pace)
    """Reckons the time that is left where a stage does not."""
    cautions: list[str] = field(default_factory=list)
    """What a person should know as long as the stage runs, and when it has ended."""

    @property
    def chief(self) -> bool:
        """Whether this pod writes and reports for its gang."""
        return self.rank == 0

    def caution(self, text: str) -> None:
        """Say what a person should know, from the next progress on."""
        self.cautions.append(text)

    def progress(
        self,
        fraction: float,
        message: str = "",
        metrics: Mapping[str, float] | None = None,
        remaining: float | None = None,
    ) -> None:
        """Tell how far it is.

        Args:
            fraction: done, 0 to 1.
            message: what is going on.
            metrics: figures so far.
            remaining: seconds left; reckoned by the pace so far where nothing is said.
        """
        paced = self.pace.remaining(min(1.0, max(0.0, fraction)))
        remaining = paced if remaining is None else remaining
        self.post(
            Progress(
                fraction=min(1.0, max(0.0, fraction)),
                remaining_seconds=None if remaining is None else _bounded(remaining),
                message=message[:256],
                metrics=_metrics(metrics),
                cautions=_few(self.cautions),
            )
        )

    def write(self, name: str, data: bytes, format: str = "") -> Artifact:  # noqa: A002
        """Store a file of this attempt; it counts once ``commit`` lists it.

        Args:
            name: its name, unique in this attempt; may contain slashes.
            data: its bytes.
            format: json, npz, arrow, …; the name's ending where nothing is said.
        """
        return attempt_files.write(self.store, self.folder, name, data, format)

    def commit(
        self,
        files: Iterable[Artifact] = (),
        facts: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
        message: str = "",
        show: Iterable[str] = (),
        cautions: Sequence[str] = (),
        aside: Iterable[str] = (),
    ) -> Report:
        """Write the manifest: from here on the output exists. Only the chief may.

        Args:
            files: what ``write`` gave.
            facts: what later stages and people want to know; JSON values.
            metrics: figures; the first is the one shown first, one that is no number not at all.
            message: a sentence for people.
            show: names of at most 6 files to list in the status.
            cautions: what a person should know although all went well, the worst first, before
                what ``caution`` was told; beyond a few, their number.
            aside: names of files and facts on which nothing rests that later stages make.
        """
        return self._commit(
            files=tuple(files),
            facts=dict(facts or {}),
            metrics=_metrics(metrics),
            message=message,
            cautions=_few((*cautions, *self.cautions)),
            show=tuple(show)[:6],
            aside=tuple(aside),
        )

    def refer(self, found: Report) -> Report:
        """Commit what an earlier job had made; see ``store.reuse``. Only the chief may."""
        self._commit(message=found.message, reused=found.manifest)
        return found

    def found(
        self,
        files: Iterable[Artifact] = (),
        metrics: Mapping[str, float] | None = None,
        cautions: Sequence[str] = (),
    ) -> Report:
        """Return what a stage that fails tells all the same: see ``StageFailure.found``."""
        shown = tuple(files)[:8]
        return Report(artifacts=shown, metrics=_metrics(metrics), cautions=_few(cautions))

    def sources(self, product: Product, stage: str | None = None) -> tuple[Source, ...]:
        """Return all members of an earlier stage that made this, members in order.

        Args:
            product: what it made.
            stage: its name; the latest that made any where None.
        """
        made = (source for source in self.task.sources if source.makes == product)
        found = [source for source in made if stage in (None, source.stage)]
        if not found:
            which = "no stage" if stage is None else f"no stage {stage!r}"
            message = f"{which} before {self.task.stage!r} makes a {product}"
            raise StageFailure("InputMissing", message)
        latest = [source for source in found if source.stage == found[-1].stage]
        return tuple(sorted(latest, key=lambda source: source.member))

    def manifest(self, source: Source) -> Manifest:
        """Read the manifest of a source."""
        return manifests.parse(self.store.fetch(source.manifest), source.manifest.uri)

    @property
    def folder(self) -> str:
        """Where this attempt's files go, below the store."""
        return f"{self.task.prefix}/{self.task.attempt}"

    def _commit(self, **said: Any) -> Report:
        if not self.chief:
            raise RuntimeError("only the chief commits")
        made = Manifest(
            stage=self.task.stage,
            kind=next(iter(self.task.run)),
            makes=self.makes,
            member=self.task.member,
            members=self.task.members,
            attempt=self.task.attempt,
            run=self.task.run,
            input_digest=self.digest,
            key=self.key,
            sources=self.task.sources,
            peak_bytes=memory.peak(),
            **said,
        )
        path = f"{self.folder}/{MANIFEST}"
        data = made.encode()
        if not self.store.create(path, data):
            return self._yield_to(path)
        return made.report(manifests.written(self.store.uri(path), data))

    def _yield_to(self, path: str) -> Report:
        """Report what another pod of this very attempt has committed in the meantime."""
        data, uri = self.store.get(path), self.store.uri(path)
        theirs = manifests.parse(data, uri)
        if theirs.input_digest != self.digest:
            message = f"{uri} was committed by another configuration"
            raise StageFailure("AttemptTaken", message, retry=True)
        return theirs.report(manifests.written(uri, data))


def _few(cautions: Sequence[str]) -> tuple[str, ...]:
    shown = [
        text if len(text) <= LONGEST_CAUTION else f"{text[: LONGEST_CAUTION - 1]}…"
        for text in cautions
    ]
    if len(shown) > MOST_CAUTIONS:
        last = MOST_CAUTIONS - 1
        shown[last:] = [f"and {len(shown) - last} more: see its report"]
    return tuple(shown)


def _bounded(seconds: float) -> int | None:
    """Return seconds as they are posted; None for what is no number."""
    return None if math.isnan(seconds) else round(min(LONGEST, max(0.0, seconds)))


def _metrics(figures: Mapping[str, float] | None) -> tuple[Metric, ...]:
    known = ((name, value) for name, value in (figures or {}).items() if isfinite(value))
    return tuple(metric(name, value) for name, value in known)[:16]
