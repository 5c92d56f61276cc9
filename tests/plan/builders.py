"""Builders that make a test case three lines: jobs, worlds, and the objects in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hone.api.job import ArtifactsSpec, OptimizationJob
from hone.api.status import GangStatus, JobStatus
from hone.plan import names
from hone.plan.names import Place
from hone.plan.plan import Plan, plan
from hone.plan.site import Site
from hone.plan.world import JobView, PodView, World
from hone_trainer.contract.assignment import Artifact, Metric, Report

START = datetime(2030, 1, 1, tzinfo=UTC)
SITE = Site(artifacts=ArtifactsSpec(uri="s3://models/test"))

PREPARE: dict[str, Any] = {
    "name": "data",
    "prepare": {
        "source": {"csv": {"uri": "s3://raw/clicks.csv"}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [{"name": "user", "id": {}}],
    },
}
TRAIN: dict[str, Any] = {"name": "train", "train": {"model": {"recommendation": {"lstm": {}}}}}
FUSE: dict[str, Any] = {"name": "fuse", "fuse": {"vote": {}}}


def gang_train(members: int = 2, workers: int = 2, **more: Any) -> dict[str, Any]:
    """A train stage of several members, each a gang of workers."""
    strategy = {"multiWorkerMirrored": {"workers": workers}}
    return {
        "name": "train",
        "train": TRAIN["train"] | {"members": members, "strategy": strategy} | more,
    }


def job(*stages: dict[str, Any], **spec: Any) -> OptimizationJob:
    """A job of these stages; a lone prepare stage where none is given."""
    return OptimizationJob.model_validate(
        {
            "namespace": "shop",
            "name": "demo",
            "uid": "uid-1",
            "spec": {"stages": list(stages) or [PREPARE], **spec},
        }
    )


def at(seconds: float) -> datetime:
    """The moment so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def decide(job: OptimizationJob, world: World | None = None, seconds: float = 0) -> Plan:
    """Plan the job."""
    return plan(job, world or World(), at(seconds), SITE)


def settled(job: OptimizationJob, world: World | None = None, seconds: float = 0) -> Plan:
    """Plan until the record has nothing new to say, the world staying as it is."""
    world = world or World()
    for _ in range(10):
        made = decide(job, world, seconds)
        if made.status == world.status:
            return made
        world = seen(made.status, *world.jobs, *world.pods, services=world.services)
    raise AssertionError("the record never settles")


def seen(
    status: JobStatus,
    *objects: JobView | PodView,
    services: frozenset[str] = frozenset({"demo-gang"}),
    **more: Any,
) -> World:
    """A world with these objects, their Jobs on record."""
    return World(
        status=on_record(status, *objects),
        jobs=tuple(o for o in objects if isinstance(o, JobView)),
        pods=tuple(o for o in objects if isinstance(o, PodView)),
        services=services,
        **more,
    )


def on_record(status: JobStatus, *objects: JobView | PodView) -> JobStatus:
    """The status with the Jobs of these objects, as far as they are of the attempt that counts."""

    def known(stage: str, gang: GangStatus) -> GangStatus:
        places = {each.place for each in objects if each.place.stage == stage}
        mine = {
            name_of(place): uid_of(place)
            for place in places
            if (place.member, place.attempt) == (gang.member, gang.attempt)
        }
        return gang.model_copy(update={"jobs": gang.jobs | mine})

    stages = tuple(
        stage.model_copy(update={"gangs": tuple(known(stage.name, g) for g in stage.gangs)})
        for stage in status.stages
    )
    return status.model_copy(update={"stages": stages})


def child(
    stage: str = "data", member: int = 0, attempt: int = 0, role: str = "worker", **state: Any
) -> JobView:
    """A child Job."""
    place = Place(stage, member, role, attempt)
    return JobView(name=name_of(place), place=place, uid=uid_of(place), **state)


def pod(
    stage: str = "data",
    member: int = 0,
    attempt: int = 0,
    index: int = 0,
    role: str = "worker",
    **state: Any,
) -> PodView:
    """A pod of that Job."""
    place = Place(stage, member, role, attempt)
    name = f"{name_of(place)}-{index}-xxxxx"
    return PodView(name=name, place=place, owner=uid_of(place), index=index, **state)


def name_of(place: Place) -> str:
    """Name of the Job there."""
    return names.child("demo", place)


def uid_of(place: Place) -> str:
    """Its uid."""
    return f"uid-of-{name_of(place)}"


def manifest(name: str = "manifest") -> Artifact:
    """A committed file."""
    return Artifact(name=name, uri=f"s3://models/{name}", sha256="0" * 64, size_bytes=10)


def report(**more: Any) -> Report:
    """The last word of a pod that did well."""
    given: dict[str, Any] = {
        "message": "done",
        "metrics": (Metric(name="accuracy", value="0.9"),),
        "manifest": manifest(),
        "artifacts": (manifest(),),
    }
    return Report(**given | more)


def done(
    stage: str = "data", member: int = 0, attempt: int = 0, **said: Any
) -> tuple[JobView, PodView]:
    """A complete Job and the pod that says so."""
    place: dict[str, Any] = {"stage": stage, "member": member, "attempt": attempt}
    return (
        child(**place, complete=True, succeeded=1),
        pod(**place, phase="Succeeded", exit_code=0, report=report(**said)),
    )


def broken(
    stage: str = "data", member: int = 0, attempt: int = 0, **state: Any
) -> tuple[JobView, PodView]:
    """A failed Job and the pod that explains it."""
    place: dict[str, Any] = {"stage": stage, "member": member, "attempt": attempt}
    how: dict[str, Any] = {"phase": "Failed", "exit_code": 1} | state
    return child(**place, failed="BackoffLimitExceeded"), pod(**place, **how)
