"""The decision: from what is asked for, what is seen and what time it is to what should be.

Record, then act: while the status has something new to say, the plan is to write it and nothing
else; only a world that agrees with the record is acted upon. So a crash between any two steps
leaves a status from which the next pass goes on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hone.api.execution import Execution
from hone.api.job import OptimizationJob, StageSpec
from hone.api.status import JobStatus, StageStatus, State
from hone.plan import names, progress
from hone.plan.children import adopted, missing, overdue, past
from hone.plan.conditions import conditions
from hone.plan.figures import headline, reused, settle
from hone.plan.lengths import share
from hone.plan.manifests import Manifest, Ref
from hone.plan.record import over
from hone.plan.retry import honoured
from hone.plan.sight import GangView, last_word
from hone.plan.site import Site
from hone.plan.timing import look_again
from hone.plan.world import World, stamp
from hone_trainer.contract.assignment import Artifact


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
    taken_up = replace(world, status=honoured(world.status, job.spec.retry))
    decided = _decide(job, adopted(job, taken_up, site), now)
    status = settle(world.status, decided, now)
    if status != world.status:
        return Plan(status, overdue=tuple(overdue(job, world, status, now)), again=timedelta(0))
    return Plan(
        status,
        create=tuple(missing(job, world, status, now, site)),
        delete=tuple(past(job, world, status, now)),
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
            artifacts += _left(spec, before, stage, world)
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
            "progress": share(job.spec.stages, stages, old.progress),
            "ready": current.ready,
            "restarts": sum(stage.restarts for stage in stages),
            "reused": reused(stages),
            "metric": headline(stages),
            "started_at": started,
            "finished_at": (old.finished_at or stamp(now)) if finished else None,
            "stages": tuple(stages),
            "artifacts": tuple(artifacts[-128:]),
        }
    )
    return status.model_copy(update={"conditions": conditions(status, state, job.generation, now)})


def _left(spec: StageSpec, before: StageStatus, after: StageStatus, world: World) -> list[Artifact]:
    """Return what gangs left that ended just now: what they committed, reports of failed ones."""
    found = []
    for shape, old, new in zip(spec.value.gangs(), before.gangs, after.gangs, strict=True):
        failed = new.state == "Failed" and spec.value.reports
        if old.state != new.state and (failed or new.state == "Succeeded"):
            report = last_word(GangView.of(world, spec.name, old), shape.lead)
            where = names.shelf(spec.name, new.member, len(after.gangs))
            found += [
                each.model_copy(update={"name": f"{where}{each.name}"[:128]})
                for each in (report.artifacts if report else ())
            ]
    return found
