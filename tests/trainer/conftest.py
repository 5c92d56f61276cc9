"""Stages run in-process on a store in a temporary folder, one after the other like a job's."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import Artifact, Assignment, Progress, Report, Source, Store
from hone_trainer.contract.stage import Stage
from hone_trainer.pod.context import Context
from hone_trainer.pod.heartbeat import Heartbeat
from hone_trainer.stages import AnyStage
from hone_trainer.store import manifest as manifests
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.input_digest import input_digest
from hone_trainer.store.manifest import Manifest

CLICKS = {
    "prepare": {
        "source": {"clickModel": {"rows": 3000, "users": 60, "items": 40}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [
            {"name": "user", "id": {}},
            {"name": "item", "id": {}},
        ],
    }
}
"""A small data set that trains in a second."""


@dataclass
class Bench:
    """Runs stages as the operator would: what one commits is a source of the next."""

    folder: Path
    sources: list[Source] = field(default_factory=list)
    posts: list[Progress] = field(default_factory=list)

    @property
    def store(self) -> ArtifactStore:
        return open_store(Store(uri=str(self.folder / "artifacts")))

    def task(self, stage: str, run: dict[str, Any], **changes: Any) -> Assignment:
        task = Assignment(
            namespace="shop",
            job="demo",
            uid="1d5c",
            stage=stage,
            run=run,
            store=self.store.settings,
            sources=tuple(self.sources),
        )
        return task.model_copy(update=changes)

    def context(self, task: Assignment, rank: int = 0, size: int = 1) -> Context:
        work = self.folder / "work" / task.stage / str(task.member) / str(task.attempt)
        work.mkdir(parents=True, exist_ok=True)
        if not task.run:
            return Context(task, self.store, work, self.posts.append, rank, size)
        stage: Stage = AnyStage.model_validate(task.run).value
        digest = input_digest(task, stage, self.store)
        place = work, self.posts.append, rank, size, Heartbeat()
        return Context(task, self.store, *place, stage.makes, digest)

    def __call__(self, stage: str, run: dict[str, Any], **changes: Any) -> Report:
        """Run a stage in this process; ``changes`` are fields of the task: member, attempt, …"""
        task = self.task(stage, run, **changes)
        parameters = AnyStage.model_validate(run)
        report: Report = parameters.value.run(self.context(task))
        if report.manifest is not None:
            makes = parameters.value.makes or "report"
            self.sources.append(
                Source(
                    stage=stage,
                    kind=parameters.kind,
                    makes=makes,
                    member=task.member,
                    manifest=report.manifest,
                )
            )
        return report

    def manifest(self, report: Report) -> Manifest:
        assert report.manifest is not None
        return self.read(report.manifest)

    def read(self, manifest: Artifact) -> Manifest:
        """Read the manifest that a source or a report names."""
        return manifests.parse(self.store.fetch(manifest), manifest.uri)


@pytest.fixture
def run_stage(tmp_path: Path) -> Bench:
    """``run_stage("data", {"prepare": {…}})`` and so on; then ask ``.manifest(report)``."""
    return Bench(tmp_path)


@pytest.fixture
def clicks(run_stage: Bench) -> Bench:
    """A bench on which a small click data set is already prepared."""
    run_stage("data", CLICKS)
    return run_stage
