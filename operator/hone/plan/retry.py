"""A failed job that is asked for again: what failed gets another attempt, what succeeded stays."""

from hone.api.status import MOST, GangStatus, JobStatus, Restarts, StageStatus

FAILED = "Failed"


def retry(status: JobStatus) -> JobStatus:
    """Give the status from which a failed job goes on; any other comes back as it is.

    Attempts go on counting, so that nothing of the last one is mistaken for the next; restarts
    begin anew, as somebody has looked at the cause.
    """
    if not status.holds(FAILED):
        return status
    stages = tuple(_stage(stage) for stage in status.stages)
    return status.model_copy(update={"stages": stages, "conditions": (), "finished_at": None})


def _stage(stage: StageStatus) -> StageStatus:
    if stage.state != FAILED:
        return stage
    gangs = tuple(_gang(gang) if gang.state == FAILED else gang for gang in stage.gangs)
    again = StageStatus(name=stage.name, kind=stage.kind)
    return again.model_copy(update={"gangs": gangs})


def _gang(gang: GangStatus) -> GangStatus:
    return GangStatus(
        member=gang.member,
        size=gang.size,
        attempt=min(gang.attempt + 1, MOST),
        restarts=Restarts(),
        jobs=gang.jobs,
    )
