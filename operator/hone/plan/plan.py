"""The decision: from what is asked for, what is seen and what time it is to what should be.

Record, then act: while the status has something new to say, the plan is to write it and nothing
else; only a world that agrees with the record is acted upon. So a crash between any two steps
leaves a status from which the next pass goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hone.api.execution import Execution
from hone.api.job import OptimizationJob, StageSpec
from hone.api.status import GangStatus, JobStatus, StageStatus, State
from hone.plan import names, progress
from hone.plan.conditions import conditions
from hone.plan.figures import headline, settle, share
from hone.plan.manifests import Manifest, Ref, job_of, service
from hone.plan.names import Place
from hone.plan.record import over
from hone.plan.sight import Sight, last_word
from hone.plan.site import Site
from hone.plan.timing import look_again
from hone.plan.world import JobView, World, stamp, when
from hone_trainer.task import Artifact, Source


@dataclass(frozen=True)
class Plan:
    """What should be: a status to record, or objects to create and delete."""

    status: JobStatus
    create: tuple[Manifest, ...] = ()
    delete: tuple[Ref, ...] = ()
    overdue: tuple[Ref, ...] = ()
    """What must not run on, even where the cluster does not take the status that says why."""
    again: timedelta | None = None
    """Look again then, even if nothing rings."""
    unread: bool = False
    """The record cannot be read: of the status only the conditions count."""


def plan(job: OptimizationJob, world: World, now: datetime, site: Site) -> Plan:
    """Decide what should be true of the job."""
    decided = _decide(job, world, now)
    status = settle(world.status, decided, now)
    if status != world.status:
        return Plan(status, overdue=tuple(_overdue(job, world, status, now)), again=timedelta(0))
    return Plan(
        status,
        create=tuple(_missing(job, world, status, site)),
        delete=tuple(_past(job, world, status, now)),
        again=look_again(job, world, status, now, held=decided != status),
    )


def _decide(job: OptimizationJob, world: World, now: datetime) -> JobStatus:
    old = world.status
    recorded = {stage.name: stage for stage in old.stages}
    stages: list[StageStatus] = []
    artifacts = list(old.artifacts)
    state: State = "Succeeded"
    for spec in job.spec.stages:
        before = recorded.get(spec.name) or progress.fresh(spec)
        if over(before):
            stage = before
        elif state == "Succeeded":
            execution = spec.over(job.spec.defaults or Execution())
            stage = progress.step(spec, before, execution, job.spec.suspend, world, now)
            artifacts += _committed(spec, before, stage, world)
        else:
            stage = progress.held(before)
        stages.append(stage)
        if state == "Succeeded":
            state = stage.state
    current = next((s for s in stages if s.state != "Succeeded"), stages[-1])
    started = next((s.started_at for s in stages if s.started_at), None)
    finished = state in ("Succeeded", "Failed")
    status = old.model_copy(
        update={
            "observed_generation": job.generation,
            "stage": {"Succeeded": "Complete", "Failed": f"Failed: {current.name}"}.get(
                state, current.name
            ),
            "progress": share(stages),
            "ready": current.ready,
            "restarts": sum(stage.restarts for stage in stages),
            "metric": headline(stages),
            "started_at": started,
            "finished_at": (old.finished_at or stamp(now)) if finished else None,
            "stages": tuple(stages),
            "artifacts": tuple(artifacts[-128:]),
        }
    )
    return status.model_copy(update={"conditions": conditions(status, state, job.generation, now)})


def _committed(
    spec: StageSpec, before: StageStatus, after: StageStatus, world: World
) -> list[Artifact]:
    """Give what gangs committed that succeeded just now."""
    found = []
    for shape, old, new in zip(spec.value.gangs(), before.gangs, after.gangs, strict=True):
        if new.state == "Succeeded" and old.state != "Succeeded":
            report = last_word(Sight.of(world, spec.name, old), shape.lead)
            where = spec.name if len(after.gangs) == 1 else f"{spec.name}/{new.member}"
            found += [
                each.model_copy(update={"name": f"{where}/{each.name}"[:128]})
                for each in (report.artifacts if report else ())
            ]
    return found


def _missing(job: OptimizationJob, world: World, status: JobStatus, site: Site) -> list[Manifest]:
    """Give the objects that running gangs lack, the Service first."""
    there = {view.name for view in world.jobs}
    objects: list[Manifest] = []
    sources: list[Source] = []
    for spec, stage in zip(job.spec.stages, status.stages, strict=True):
        shapes = {shape.member: shape for shape in spec.value.gangs()}
        for gang in stage.gangs:
            if gang.state != "Running":
                continue
            shape = shapes[gang.member]
            if shape.size > 1 and names.service(job.name) not in world.services and not objects:
                objects.append(service(job))
            for role in shape.roles:
                place = Place(spec.name, gang.member, role.name, gang.attempt)
                if names.child(job.name, place) not in there:
                    given, starved = tuple(sources), gang.restarts.out_of_memory
                    objects.append(
                        job_of(job, spec, shape, role, gang.attempt, given, site, starved)
                    )
        sources += _sources(spec, stage)
    return objects


def _sources(spec: StageSpec, stage: StageStatus) -> list[Source]:
    if spec.value.makes is None:
        return []
    return [
        Source(
            stage=spec.name,
            kind=spec.kind,
            makes=spec.value.makes,
            member=gang.member,
            manifest=gang.manifest,
        )
        for gang in stage.gangs
        if gang.manifest is not None
    ]


def _past(job: OptimizationJob, world: World, status: JobStatus, now: datetime) -> list[Ref]:
    """Give what is there and should not be."""
    ttl = job.spec.ttl_seconds_after_finished
    ended = when(status.finished_at) if status.finished_at else None
    if ttl is not None and ended is not None and now >= ended + timedelta(seconds=ttl):
        gone = [Ref("Job", view.name) for view in world.jobs if not view.terminating]
        return gone + [Ref("Service", name) for name in sorted(world.services)]
    gangs = {(s.name, g.member): g for s in status.stages for g in s.gangs}
    return [
        Ref("Job", view.name)
        for view in world.jobs
        if not view.terminating
        and _superfluous(view, gangs.get((view.place.stage, view.place.member)))
    ]


def _overdue(job: OptimizationJob, world: World, status: JobStatus, now: datetime) -> Iterator[Ref]:
    """Give what is to stop whether or not that is recorded: deadlines, suspensions, the end.

    What has ended stays: it may be the only witness of what could not be recorded. And a gang that
    restarts keeps what it has, for its next attempt needs the record.
    """
    at_work = {view.name: view.place for view in world.jobs if not view.ended}
    gangs = {(s.name, g.member): g for s in status.stages for g in s.gangs}
    for ref in _past(job, world, status, now):
        place = at_work.get(ref.name)
        gang = gangs.get((place.stage, place.member)) if place else None
        if place and gang and gang.attempt == place.attempt and gang.state != "Pending":
            yield ref


def _superfluous(view: JobView, gang: GangStatus | None) -> bool:
    if gang is None or view.place.attempt != gang.attempt:
        return True
    if gang.state in ("Pending", "Suspended"):
        # Whatever counts of it is on record: what is left, ended or not, bars the next start.
        return True
    # A parameter server, or the peers of a pod that failed, would run on for ever.
    return not view.ended and gang.state in ("Succeeded", "Failed")
