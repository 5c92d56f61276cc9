"""What is seen of one gang, and what follows for it: the table of the design, row by row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hone.api.execution import Execution
from hone.api.status import GangStatus, Restarts
from hone.plan.world import JobView, PodView, World, stamp, when
from hone_trainer.stage import Gang
from hone_trainer.task import Exit, Progress, Report

Cause = Literal["application", "out_of_memory", "preemption"]

RETRIES = 3
FIRST_BACKOFF = timedelta(seconds=10)
LAST_BACKOFF = timedelta(minutes=5)


@dataclass(frozen=True)
class Sight:
    """The objects of one gang: those of the attempt that counts, and what is left of others."""

    jobs: tuple[JobView, ...]
    pods: tuple[PodView, ...]
    remains: bool
    """Objects of other attempts, or on their way out, are still there."""
    progress: Progress | None

    @classmethod
    def of(cls, world: World, stage: str, gang: GangStatus) -> "Sight":
        """Pick out of the world what belongs to the gang."""
        mine = [j for j in world.jobs if (j.place.stage, j.place.member) == (stage, gang.member)]
        pods = [p for p in world.pods if (p.place.stage, p.place.member) == (stage, gang.member)]
        current = tuple(j for j in mine if j.place.attempt == gang.attempt and not j.terminating)
        own = tuple(p for p in pods if p.place.attempt == gang.attempt)
        posts = (
            post
            for place, post in world.progress.items()
            if (place.stage, place.member, place.attempt) == (stage, gang.member, gang.attempt)
        )
        return cls(
            jobs=current,
            pods=own,
            remains=len(current) < len(mine) or len(own) < len(pods),
            progress=next(posts, None),
        )

    @property
    def empty(self) -> bool:
        """Nothing of the gang is there, of whatever attempt."""
        return not (self.jobs or self.pods or self.remains)


def advance(
    gang: GangStatus, shape: Gang, sight: Sight, limits: Execution, now: datetime
) -> GangStatus:
    """Give the gang's next state; the same again where nothing follows from what is seen."""
    if gang.state == "Suspended":
        return gang.model_copy(update={"state": "Pending", "message": ""})
    if gang.state == "Pending":
        return _start(gang, sight, now)
    if gang.state != "Running":
        return gang
    failed = next((job for job in sight.jobs if job.failed is not None), None)
    if failed is not None:
        return _failed(gang, sight, failed.failed or "", limits, now)
    chief = shape.roles[0].name
    if any(job.complete and job.place.role == chief for job in sight.jobs):
        return _complete(gang, sight, chief, now)
    return _working(gang, shape, sight, limits, now)


def last_word(sight: Sight, chief: str) -> Report | None:
    """Give the report of the chief: the first pod of the gang's first role."""
    first = (p for p in sight.pods if p.place.role == chief and p.index == 0)
    return next((p.report for p in first if p.report and p.exit_code == Exit.OK), None)


def stop(gang: GangStatus, reason: str, message: str, now: datetime) -> GangStatus:
    """Give the gang as failed."""
    return gang.model_copy(
        update={
            "state": "Failed",
            "reason": reason,
            "message": message[:1024],
            "finished_at": stamp(now),
        }
    )


def _start(gang: GangStatus, sight: Sight, now: datetime) -> GangStatus:
    if gang.not_before is not None and now < when(gang.not_before):
        return gang
    if not sight.empty:
        return gang.model_copy(update={"message": "waiting until the last attempt's pods are gone"})
    return gang.model_copy(
        update={
            "state": "Running",
            "started_at": stamp(now),
            "not_before": None,
            "ready": 0,
            "reason": "",
            "message": "starting",
        }
    )


def _working(
    gang: GangStatus, shape: Gang, sight: Sight, limits: Execution, now: datetime
) -> GangStatus:
    ready = min(sum(job.ready + job.succeeded for job in sight.jobs), shape.size)
    waiting = sorted({pod.waiting for pod in sight.pods if pod.waiting})
    if _overdue(gang, shape, sight, limits, now):
        why = waiting[0] if waiting else "no reason was given"
        text = f"not started within startDeadlineSeconds ({limits.start_deadline_seconds}): {why}"
        return stop(gang, "StartDeadlineExceeded", text, now)
    post = sight.progress
    if any(job.suspended for job in sight.jobs):
        message = "waiting for admission"
    elif ready < shape.size and waiting:
        message = f"waiting: {waiting[0]}"
    else:
        message = post.message if post else ("running" if ready else "starting")
    update: dict[str, object] = {"ready": ready, "message": message[:1024]}
    if post:
        update |= {
            "progress_percentage": max(gang.progress_percentage, int(post.fraction * 100)),
            "estimated_remaining_seconds": post.remaining_seconds,
            "metrics": post.metrics or gang.metrics,
        }
    return gang.model_copy(update=update)


def _overdue(gang: GangStatus, shape: Gang, sight: Sight, limits: Execution, now: datetime) -> bool:
    # Not before there is something that could start: the operator may have been away since.
    if limits.start_deadline_seconds is None or gang.started_at is None or not sight.jobs:
        return False
    started = sum(pod.phase != "Pending" for pod in sight.pods)
    patience = timedelta(seconds=limits.start_deadline_seconds)
    return started < shape.size and now >= when(gang.started_at) + patience


def _complete(gang: GangStatus, sight: Sight, chief: str, now: datetime) -> GangStatus:
    report = last_word(sight, chief)
    if report is None:
        # The pod went before it was read. What it committed is still there: the next attempt
        # finds it and reports it again.
        return _again(
            gang, "preemption", "the pod's report was lost with the pod", timedelta(0), now
        )
    return gang.model_copy(
        update={
            "state": "Succeeded",
            "ready": gang.size,
            "finished_at": stamp(now),
            "progress_percentage": 100,
            "estimated_remaining_seconds": None,
            "reason": report.reason,
            "message": report.message,
            "metrics": report.metrics or gang.metrics,
            "manifest": report.manifest,
        }
    )


def _failed(
    gang: GangStatus, sight: Sight, said: str, limits: Execution, now: datetime
) -> GangStatus:
    final = next((p for p in sight.pods if p.exit_code == Exit.DO_NOT_RETRY), None)
    if final is not None:
        report = final.report or Report(reason="Failed", message=said)
        return stop(gang, report.reason, report.message, now)
    cause, why = diagnose(sight.pods, said)
    retries = RETRIES if limits.retries is None else limits.retries
    counted = gang.restarts.application + gang.restarts.out_of_memory
    if cause != "preemption" and counted >= retries:
        report = why if isinstance(why, Report) else Report(reason="RetriesExhausted", message=why)
        reason = "OutOfMemory" if cause == "out_of_memory" else report.reason
        return stop(gang, reason, f"{report.message} (after {counted} restarts)", now)
    text = why.message if isinstance(why, Report) else why
    return _again(gang, cause, text, _backoff(cause, counted), now)


def diagnose(pods: tuple[PodView, ...], said: str) -> tuple[Cause, Report | str]:
    """Find out why a gang failed.

    Args:
        pods: the pods of the attempt that are still there.
        said: the Job controller's words.

    Returns:
        The cause that restarts are counted under, and the report or the words that explain it.
    """
    ended = sorted(
        (p for p in pods if p.exit_code not in (None, Exit.OK) or p.phase == "Failed"),
        key=lambda p: (p.finished_at, p.index),
    )
    for pod in ended:
        if pod.cause == "OOMKilled" or (pod.report and pod.report.reason == "OutOfMemory"):
            return (
                "out_of_memory",
                "a pod ran out of memory; raise resources.limits.memory of the stage",
            )
    taken = next((p for p in pods if p.disrupted), None)
    if taken is not None:
        return "preemption", taken.disruption or "a pod was evicted or its node went away"
    # A pod that lost its peer, or was asked to stop, is never the cause itself.
    culprits = [p for p in ended if p.exit_code not in (Exit.PEER_LOST, Exit.INTERRUPTED)]
    if not culprits:
        return "preemption", "a pod was stopped or deleted"
    first = culprits[0]
    if first.report:
        return "application", first.report
    return "application", f"{said or 'the pod failed'} (exit code {first.exit_code}); see its log"


def _again(
    gang: GangStatus, cause: Cause, why: str, backoff: timedelta, now: datetime
) -> GangStatus:
    restarts: Restarts = gang.restarts
    restarts = restarts.model_copy(update={cause: getattr(restarts, cause) + 1})
    return gang.model_copy(
        update={
            "state": "Pending",
            "attempt": gang.attempt + 1,
            "restarts": restarts,
            "ready": 0,
            "not_before": stamp(now + backoff) if backoff else None,
            "reason": "Restarting",
            "message": f"restarting: {why}"[:1024],
        }
    )


def _backoff(cause: Cause, counted: int) -> timedelta:
    if cause == "preemption":
        return timedelta(0)
    doubled: timedelta = FIRST_BACKOFF * (1 << min(counted, 10))
    return min(doubled, LAST_BACKOFF)
