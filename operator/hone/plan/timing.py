"""Deadlines, and when to look again even if nothing rings: where time itself changes what follows.

What changes in the cluster rings, pods included, and a slow round finds what was not heard; so a
job that waits, for however long, is left alone. Only of pods that cannot be made does no object of
ours tell.
"""

from datetime import datetime, timedelta
from zlib import crc32

from hone.api.execution import Execution
from hone.api.job import OptimizationJob
from hone.api.status import GangStatus, JobStatus, StageStatus
from hone.plan.figures import PAUSE
from hone.plan.names import Place
from hone.plan.world import World, stamp, when

UNMADE = timedelta(seconds=5)
"""Pods that should be there are not: a quota, an account or a policy may refuse them."""
UNMADE_LONG = timedelta(minutes=1)
"""The longer they have not been there, the later one looks again."""


def look_again(
    job: OptimizationJob, world: World, status: JobStatus, now: datetime, *, held: bool = False
) -> timedelta | None:
    """Return the time until something may have to be done that no event announces.

    Args:
        job: what is asked for.
        world: what was seen.
        status: the record, which agrees with it.
        now: the present moment.
        held: whether there are figures that the record does not have yet.
    """
    waits = [UNMADE_LONG] if any(job.lacks for job in world.jobs) else []
    ttl = job.spec.ttl_seconds_after_finished
    if status.finished_at and ttl is not None and (world.jobs or world.services):
        waits.append(_until(status.finished_at, ttl, now))
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
            if gang.state == "Running" and gang.ready < gang.size:
                if gang.started_at and execution.start_deadline_seconds:
                    waits.append(_until(gang.started_at, execution.start_deadline_seconds, now))
                retry_at = gang.refusal.retry_at if gang.refusal else None
                if retry_at and when(retry_at) > now:
                    waits.append(when(retry_at) - now)
                elif _unmade(world, stage.name, gang):
                    waits.append(_patience(job, gang, now))
    # What is over did not change anything when it came, or it would have been recorded.
    ahead = [wait for wait in waits if wait > timedelta(0)]
    return max(min(ahead), timedelta(seconds=1)) if ahead else None


def _unmade(world: World, stage: str, gang: GangStatus) -> bool:
    """Say whether Jobs that are to have pods lack some."""
    mine = (stage, gang.member, gang.attempt)
    jobs = [job for job in world.jobs if _of(job.place) == mine]
    pods = sum(_of(pod.place) == mine for pod in world.pods)
    return pods < gang.size and not any(job.suspended for job in jobs)


def _of(place: Place) -> tuple[str, int, int]:
    return place.stage, place.member, place.attempt


def _patience(job: OptimizationJob, gang: GangStatus, now: datetime) -> timedelta:
    """Return as long again as it has lasted, within bounds, and for no two jobs the same."""
    lasted = now - when(gang.started_at) if gang.started_at else UNMADE
    share = crc32(f"{job.uid} {gang.member} {stamp(now)}".encode()) / (1 << 32)
    return min(max(lasted, UNMADE), UNMADE_LONG) * (1 - share / 4)


def deadline(stage: StageStatus, execution: Execution) -> datetime | None:
    """Return when a stage must have ended; None where nothing says so, or it is not at work.

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
