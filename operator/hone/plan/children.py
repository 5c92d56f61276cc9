"""The children of a job: which there should be, which are put on record, which have to go."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hone.api.job import OptimizationJob, StageSpec
from hone.api.status import GangStatus, JobStatus, StageStatus, State
from hone.plan import names
from hone.plan.belief import digest
from hone.plan.manifests import Manifest, Ref, role_of, service
from hone.plan.names import Place
from hone.plan.sight import GangView
from hone.plan.site import Site
from hone.plan.world import JobView, World, when
from hone_trainer.contract.assignment import Source
from hone_trainer.contract.stage import Gang

LONGEST_PAUSE = timedelta(minutes=5)
"""Longer than anybody who was refused waits, whatever clock or hand wrote when to ask again."""


def adopted(job: OptimizationJob, world: World, site: Site) -> World:
    """Return the world with the Jobs on record that were made since it was written.

    Between the making and the record the operator may have died, so what is adopted is found by
    its name, its owner and the digest of what was asked for. A gang that lacks nothing any more is
    refused nothing.
    """
    there = {view.name: view for view in world.jobs if not view.terminating}
    found: dict[tuple[str, int], GangStatus] = {}
    # One that ended before its job was suspended counts, too.
    for stage, shape, gang, wanted in _wanted(job, world.status, site, ("Running", "Suspended")):
        more = {}
        for meta in (made[-1]["metadata"] for made in wanted):
            view = there.get(meta["name"])
            if view is not None and view.digest == digest(meta):
                more[view.name] = view.uid
        changed: dict[str, object] = {"jobs": gang.jobs | more} if more else {}
        if len(more) == len(wanted) and not _lacks_service(job, shape, world) and _asks(gang):
            changed["refusal"] = None
        if changed:
            found[stage.name, gang.member] = gang.model_copy(update=changed)
    return replace(world, status=with_gangs(world.status, found))


def with_gangs(status: JobStatus, found: Mapping[tuple[str, int], GangStatus]) -> JobStatus:
    """Return the status with these gangs, by stage and member, instead of its own."""
    stages = tuple(
        stage.model_copy(
            update={"gangs": tuple(found.get((stage.name, g.member), g) for g in stage.gangs)}
        )
        for stage in status.stages
    )
    return status.model_copy(update={"stages": stages})


def missing(
    job: OptimizationJob, world: World, status: JobStatus, now: datetime, site: Site
) -> list[Manifest]:
    """Return the objects that running gangs lack and may ask for, the Service first."""
    there = {view.name for view in world.jobs}
    objects: list[Manifest] = []
    for stage, shape, gang, wanted in _wanted(job, status, site, ("Running",)):
        again = gang.refusal.retry_at if gang.refusal else None
        if again is not None and now < when(again) <= now + LONGEST_PAUSE:
            continue
        if not gang.jobs and GangView.of(world, stage.name, gang).remains:
            continue  # pods of its names would run side by side
        if _lacks_service(job, shape, world) and not objects:
            objects.append(service(job))
        for made in wanted:
            if made[-1]["metadata"]["name"] not in there:
                # Several Jobs need the same ConfigMap.
                objects += [each for each in made if each not in objects]
    return objects


def _asks(gang: GangStatus) -> bool:
    """Say whether a gang waits to ask again for an object that was refused."""
    return gang.refusal is not None and gang.refusal.retry_at is not None


def _lacks_service(job: OptimizationJob, shape: Gang, world: World) -> bool:
    return shape.size > 1 and names.service(job.name) not in world.services


def past(job: OptimizationJob, world: World, status: JobStatus, now: datetime) -> list[Ref]:
    """Return what is there and should not be."""
    ttl = job.spec.ttl_seconds_after_finished
    ended = when(status.finished_at) if status.finished_at else None
    staying = [view for view in world.jobs if not view.terminating]
    if ttl is not None and ended is not None and now >= ended + timedelta(seconds=ttl):
        return [_ref(view) for view in staying] + [
            Ref("Service", name) for name in sorted(world.services)
        ]
    gangs = {(s.name, g.member): g for s in status.stages for g in s.gangs}
    return [
        _ref(view)
        for view in staying
        if _superfluous(view, gangs.get((view.place.stage, view.place.member)))
    ]


def overdue(job: OptimizationJob, world: World, status: JobStatus, now: datetime) -> Iterator[Ref]:
    """Return what is to stop whether or not that is recorded: deadlines, suspensions, the end.

    What has ended stays: it may be the only witness of what could not be recorded. And a gang that
    restarts keeps what it has, for its next attempt needs the record.
    """
    at_work = {view.name: view.place for view in world.jobs if not view.ended}
    gangs = {(s.name, g.member): g for s in status.stages for g in s.gangs}
    for ref in past(job, world, status, now):
        place = at_work.get(ref.name)
        gang = gangs.get((place.stage, place.member)) if place else None
        if place and gang and gang.attempt == place.attempt and gang.state != "Pending":
            yield ref


def _wanted(
    job: OptimizationJob, status: JobStatus, site: Site, states: tuple[State, ...]
) -> Iterator[tuple[StageSpec, Gang, GangStatus, list[tuple[Manifest, ...]]]]:
    """Return the Jobs of gangs in these states that are not on record, each with what it needs."""
    sources: list[Source] = []
    stages = {stage.name: stage for stage in status.stages}
    for spec in job.spec.stages:
        stage = stages.get(spec.name)
        if stage is None:
            return
        shapes = {shape.member: shape for shape in spec.value.gangs()}
        for gang in stage.gangs:
            shape = shapes.get(gang.member)
            if shape is not None and gang.state in states:
                yield spec, shape, gang, _unrecorded(job, spec, shape, gang, tuple(sources), site)
        sources += _sources(spec, stage)


def _unrecorded(
    job: OptimizationJob,
    spec: StageSpec,
    shape: Gang,
    gang: GangStatus,
    sources: tuple[Source, ...],
    site: Site,
) -> list[tuple[Manifest, ...]]:
    objects = []
    for role in shape.roles:
        place = Place(spec.name, gang.member, role.name, gang.attempt)
        if names.child(job.name, place) not in gang.jobs:
            starved = gang.restarts.out_of_memory
            objects.append(role_of(job, spec, shape, role, gang.attempt, sources, site, starved))
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


def _ref(view: JobView) -> Ref:
    return Ref("Job", view.name, view.uid)


def _superfluous(view: JobView, gang: GangStatus | None) -> bool:
    if gang is None or gang.jobs.get(view.name) != view.uid or view.place.attempt != gang.attempt:
        return True
    if gang.state in ("Pending", "Suspended"):
        # Whatever counts of it is on record: what is left, ended or not, bars the next start.
        return True
    # A parameter server, or the peers of a pod that failed, would run on for ever.
    return not view.ended and gang.state in ("Succeeded", "Failed")
