"""`hone plan`: what a job would create, stage by stage. The plan is a value, so this costs nothing.

Each stage is planned as if those before it had succeeded and every member ran at once. What they
will have committed is not known yet, so it is missing from the tasks. What is printed needs nothing
but the base of the distribution, so that a plan can be looked at wherever there is Python.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from hone.api import dialect
from hone.api.execution import Execution
from hone.api.job import ArtifactsSpec, OptimizationJob, StageSpec
from hone.api.status import JobStatus, StageStatus
from hone.door.documents import called, home_of
from hone.door.jobfile import WrongFile, check, read
from hone.door.local_inputs import faults
from hone.plan import names
from hone.plan.manifests import Manifest
from hone.plan.plan import plan
from hone.plan.progress import fresh
from hone.plan.refusal import impossible
from hone.plan.site import Site
from hone.plan.terms import Terms
from hone.plan.world import World
from hone_trainer.contract.stage import Gang

START = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing in a manifest depends on the time."""
SITE = Site(artifacts=ArtifactsSpec(uri="s3://the-operators/default"))
"""For jobs that name no store: which one they get is the installation's to say."""
UID = "00000000-0000-0000-0000-000000000000"
"""Stands for the one that the API server will give the job."""
PASSES = 10
OK, WRONG = 0, 2


@dataclass(frozen=True)
class Step:
    """A stage, and the objects that it would create."""

    spec: StageSpec
    objects: tuple[Manifest, ...]


def main(file: Path, output: str, out: TextIO) -> int:
    """Show the plan of a job file; give the exit code."""
    try:
        raw = read(file)
        job = check({**raw, "metadata": {"uid": UID} | raw["metadata"]}, called(file))
        if why := impossible(job, SITE):
            raise WrongFile(f"{called(file)} cannot run in a cluster:\n  {why}")
        if wrong := list(faults(job, home_of(file))):
            said = "\n".join(f"  {each}" for each in wrong)
            raise WrongFile(f"{called(file)} names files on this machine that do not fit:\n{said}")
    except WrongFile as wrong:
        out.write(f"{wrong}\n")
        return WRONG
    found = tuple(steps(job, SITE))
    if output == "yaml":
        objects = [each for step in found for each in step.objects]
        out.write(dialect.write(objects, width=120))
    else:
        out.write(table(job, found))
    return OK


def steps(job: OptimizationJob, site: Site) -> Iterator[Step]:
    """Return the objects of every stage."""
    services: frozenset[str] = frozenset()
    for number, spec in enumerate(job.spec.stages):
        before = [_in_state(each, "Succeeded") for each in job.spec.stages[:number]]
        after = [fresh(each) for each in job.spec.stages[number + 1 :]]
        stages = (*before, _in_state(spec, "Running"), *after)
        objects = _settled(job, World(JobStatus(stages=stages), services=services), site)
        if any(each["kind"] == "Service" for each in objects):
            services = frozenset({names.service(job.name)})
        yield Step(spec, objects)


def table(job: OptimizationJob, found: tuple[Step, ...]) -> str:
    """Write a plan for people: a line for every stage, and one for each further object."""
    pods = sum(gang.size for step in found for gang in step.spec.value.gangs())
    objects = sum(len(step.objects) for step in found)
    title = f"{job.namespace}/{job.name}: {len(found)} stages, {pods} pods, {objects} objects"
    rows: list[tuple[str, ...]] = [
        ("STAGE", "KIND", "GANGS", "PODS OF A GANG", "AT ONCE", "RESOURCES", "CREATES")
    ]
    for step in found:
        gangs = step.spec.value.gangs()
        about = (
            step.spec.name,
            step.spec.kind,
            str(len(gangs)),
            _shape(gangs[0]),
            str(step.spec.value.at_once()),
        )
        resources = _resources(Terms.of(step.spec, gangs[0], job.spec.defaults))
        created = [f"{each['kind']} {each['metadata']['name']}" for each in step.objects]
        blank = ("",) * len(about)
        for number, pair in enumerate(zip_longest(resources, created, fillvalue="")):
            rows.append((*(blank if number else about), *pair))
    return "\n".join([title, *_aligned(rows), ""])


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "   ".join(padded).rstrip()


def _settled(job: OptimizationJob, world: World, site: Site) -> tuple[Manifest, ...]:
    """Plan until the record has nothing new to say; what is created then is the answer."""
    for _ in range(PASSES):
        decided = plan(job, world, START, site)
        if decided.status == world.status:
            return decided.create
        world = World(decided.status, services=world.services)
    raise RuntimeError(f"the plan of {job.name} does not settle")


def _in_state(spec: StageSpec, state: str) -> StageStatus:
    blank = fresh(spec)
    gangs = tuple(gang.model_copy(update={"state": state}) for gang in blank.gangs)
    return blank.model_copy(update={"state": state, "gangs": gangs})


def _shape(gang: Gang) -> str:
    return ", ".join(f"{role.replicas} {role.name}" for role in gang.roles)


def _resources(terms: Terms) -> list[str]:
    """Return what the pods may use, in a line; in one for every role where any has its own."""
    if not terms.spec.roles:
        return [_limits(terms.limits)]
    return [f"{role.name}: {_limits(terms.pods(role.name))}" for role in terms.shape.roles]


def _limits(settings: Execution) -> str:
    limits = settings.resources.limits if settings.resources else {}
    growth = settings.memory_growth
    said = [f"{name} {amount}" for name, amount in limits.items()]
    if growth and settings.memory:
        said.append(f"growing to {growth.up_to}")
    return ", ".join(said)
