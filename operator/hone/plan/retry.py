"""A failed job that is asked for again: what failed gets another attempt, what succeeded stays."""

from dataclasses import dataclass

from hone.api.job import OptimizationJob
from hone.api.status import MOST, GangStatus, JobStatus, Restarts, StageStatus
from hone.plan import names

FAILED = "Failed"
ENDS = (FAILED, "Stalled")
"""Conditions that a failure leaves behind."""


def honoured(status: JobStatus, asked: int) -> JobStatus:
    """Return the status with ``spec.retry`` taken up; the same where it was before.

    A number is raised for the failure that is there: one that was raised before is none for later.
    """
    if asked <= status.retry:
        return status
    return retry(status).model_copy(update={"retry": asked})


def retry(status: JobStatus) -> JobStatus:
    """Return the status from which a failed job goes on; any other comes back as it is.

    Attempts go on counting, so that nothing of the last one is mistaken for the next; restarts
    begin anew, as somebody has looked at the cause.
    """
    if not status.holds(FAILED):
        return status
    lost = tuple(
        names.shelf(stage.name, gang.member, len(stage.gangs))
        for stage in status.stages
        for gang in stage.gangs
        if stage.state == gang.state == FAILED
    )
    return status.model_copy(
        update={
            "stages": tuple(_stage(stage) for stage in status.stages),
            "artifacts": tuple(a for a in status.artifacts if not a.name.startswith(lost)),
            "conditions": tuple(each for each in status.conditions if each.type not in ENDS),
            "finished_at": None,
        }
    )


@dataclass(frozen=True)
class Prospect:
    """What would become of a job that is asked for again."""

    message: str
    number: int | None = None
    """What to set ``spec.retry`` to; None where that would change nothing."""


def prospect(job: OptimizationJob, status: JobStatus) -> Prospect:
    """Say what raising ``spec.retry`` would do."""
    failed, asked = status.condition(FAILED), job.spec.retry
    if failed is None or not status.holds(FAILED):
        if status.holds("Complete"):
            return Prospect("is complete: nothing of it is to be tried again")
        return Prospect(f"has not failed: it is at {status.stage or 'its start'}, and goes on")
    if failed.reason == "InvalidSpec":
        why = f"has a spec that cannot be run, and no retry changes that: {failed.message}"
        return Prospect(f"{why}; apply it anew, corrected")
    if asked > status.retry:
        late = "its operator has not taken that up yet; is one running?"
        return Prospect(f"was asked for again already (spec.retry: {asked}), and {late}")
    stage = next((stage for stage in status.stages if stage.state == FAILED), None)
    if stage is None:
        return Prospect(f"failed before any stage began: {failed.message}")
    number = max(asked, status.retry) + 1
    members = [str(gang.member) for gang in stage.gangs if gang.state == FAILED]
    some = f", members {', '.join(members)} of {len(stage.gangs)}" if len(stage.gangs) > 1 else ""
    held = "; it is suspended: set spec.suspend to false, too" if job.spec.suspend else ""
    told = f"is tried again from stage {stage.name}{some} (spec.retry: {number})"
    return Prospect(f"{told}; what was committed before is kept{held}", number)


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
