"""Whether what a job has made on this machine would be made the same way again.

A job that goes on trusts its record. Here rows and code change under it all day, so whoever calls
again has what it made held against what is there now.
"""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from hone.api.job import OptimizationJob, StageSpec
from hone_trainer.contract.assignment import Artifact, Assignment, Source, StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.input_digest import input_digest, output_key
from hone_trainer.store.reuse import attempts


def stale(job: OptimizationJob, home: Path) -> str:
    """Say what has changed since the first stage that would be another now; empty where none would.

    Args:
        job: its artifacts are in a place that this machine reaches.
        home: folder that relative paths of the job start from.
    """
    try:
        with chdir(home):
            return next(_changes(job), "")
    except StageFailure:
        return ""  # who looks now cannot tell; the pods will


def _changes(job: OptimizationJob) -> Iterator[str]:
    artifacts = job.spec.artifacts
    if artifacts is None:
        return
    place = Store(uri=artifacts.uri, endpoint=artifacts.endpoint, region=artifacts.region)
    store, sources = open_store(place), list[Source]()
    for spec in job.spec.stages:
        members = []
        for task in _tasks(job, spec, place, tuple(sources)):
            itself, made = next(attempts(store, task), (None, None))
            if itself is None or made is None:
                return
            digest = input_digest(task, spec.value, store)
            if made.input_digest != digest:
                yield f"stage {spec.name} was made by other code"
            elif made.key and made.key != output_key(digest, spec.value, store):
                yield f"what stage {spec.name} reads has changed"
            members.append(_source(spec, task, made.reused or itself))
        sources += members if spec.value.makes else ()


def _tasks(
    job: OptimizationJob, spec: StageSpec, place: Store, sources: tuple[Source, ...]
) -> Iterator[Assignment]:
    """Return what the members of a stage were asked for; nothing for code of others."""
    gangs = spec.value.gangs() if spec.value.reports else ()
    for gang in gangs:
        yield Assignment(
            namespace=job.namespace,
            job=job.name,
            uid=job.uid,
            stage=spec.name,
            run={spec.kind: spec.value.dump()},
            member=gang.member,
            members=len(gangs),
            seed=job.spec.seed,
            store=place,
            sources=sources,
        )


def _source(spec: StageSpec, task: Assignment, manifest: Artifact) -> Source:
    makes = spec.value.makes or ""
    return Source(
        stage=spec.name, kind=spec.kind, makes=makes, member=task.member, manifest=manifest
    )
