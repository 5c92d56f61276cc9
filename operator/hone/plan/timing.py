"""Deadlines, and when to look again even if nothing rings."""

from datetime import datetime, timedelta

from hone.api.execution import Execution
from hone.api.job import OptimizationJob
from hone.api.status import JobStatus, StageStatus
from hone.plan.figures import PAUSE
from hone.plan.world import World, when

SOON = timedelta(seconds=2)
"""Old pods are on their way out: no event of ours tells when the last one is gone."""
STARTING = timedelta(seconds=5)
"""Pods do not start: the scheduler's reason changes without an event of the Job."""
SAFETY = timedelta(seconds=60)
"""Everything runs: in case an event was lost."""


def look_again(
    job: OptimizationJob, world: World, status: JobStatus, now: datetime, *, held: bool = False
) -> timedelta | None:
    """Give the time until something may have to be done that no event announces.

    Args:
        job: what is asked for.
        world: what was seen.
        status: the record, which agrees with it.
        now: the present moment.
        held: whether there are figures that the record does not have yet.
    """
    if status.finished_at is not None:
        ttl = job.spec.ttl_seconds_after_finished
        if ttl is None or not (world.jobs or world.services):
            return None
        return max(when(status.finished_at) + timedelta(seconds=ttl) - now, SOON)
    waits = [SAFETY]
    if held and status.last_updated_time:
        waits.append(when(status.last_updated_time) + PAUSE - now)
    for spec, stage in zip(job.spec.stages, status.stages, strict=True):
        execution = spec.over(job.spec.defaults or Execution())
        if stage.state in ("Succeeded", "Failed"):
            continue
        if end := deadline(stage, execution):
            waits.append(end - now)
        for gang in stage.gangs:
            if gang.state == "Pending" and gang.not_before:
                waits.append(_until(gang.not_before, 0, now))
            elif gang.state == "Pending" and gang.attempt:
                waits.append(SOON)
            if gang.state == "Running" and gang.ready < gang.size:
                again = gang.refusal.retry_at if gang.refusal else None
                waits.append(_until(again, 0, now) if again else STARTING)
                if gang.started_at and execution.start_deadline_seconds:
                    waits.append(_until(gang.started_at, execution.start_deadline_seconds, now))
    return max(min(waits), timedelta(seconds=1))


def deadline(stage: StageStatus, execution: Execution) -> datetime | None:
    """Give when a stage must have ended; None where nothing says so, or it is not at work.

    A stage that is resumed has all of its time again, as batch/v1 gives it to a Job: one that was
    suspended over the week-end must not end on Monday morning.
    """
    limit = execution.active_deadline_seconds
    if limit is None or stage.started_at is None or stage.state == "Suspended":
        return None
    begun = max(when(each) for each in (stage.started_at, stage.resumed_at) if each)
    return begun + timedelta(seconds=limit)


def _until(start: str, seconds: int, now: datetime) -> timedelta:
    return when(start) + timedelta(seconds=seconds) - now
