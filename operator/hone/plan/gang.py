"""What is seen of one gang, and what follows for it: the table of the design, row by row."""

from datetime import datetime, timedelta

from hone.api.status import MOST, GangStatus, Restarts
from hone.plan.attendance import attended, overdue
from hone.plan.diagnosis import Cause, Diagnosis, diagnose
from hone.plan.growth import relief, starved
from hone.plan.sight import GangView, last_word
from hone.plan.terms import Terms
from hone.plan.world import stamp, when
from hone_trainer.contract.assignment import Report

FIRST_BACKOFF = timedelta(seconds=3)
"""Most failures are a process that died once; what fails again waits twice as long each time."""
LAST_BACKOFF = timedelta(minutes=5)
PAUSED = "spec.suspend is true"
LEAVING = "waiting until "


def advance(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus:
    """Return the gang's next state; the same again where nothing follows from what is seen."""
    if gang.state == "Suspended":
        return _committed(gang, terms, sight, now) or _resumed(gang)
    if gang.state == "Pending":
        return _start(gang, sight, now)
    if gang.state != "Running":
        return gang
    ended = _ended(gang, terms, sight, now) or _bereft(gang, sight, now)
    return ended or _working(gang, terms, sight, now)


def pause(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus:
    """Return the gang's next state where the job is suspended: what had ended by then counts."""
    found: GangStatus | None = None
    if gang.state == "Running":
        found = _ended(gang, terms, sight, now)
    elif gang.state == "Suspended":
        found = _committed(gang, terms, sight, now)
    after = found or gang
    if after.state in ("Succeeded", "Failed"):
        return after
    restarting = after.message + "; " if after.attempt > gang.attempt else ""
    told = {"state": "Suspended", "ready": 0, "reason": "", "message": f"{restarting}{PAUSED}"}
    held = after.model_copy(update={**told, "refusal": None})
    return after if after.state == "Suspended" else held


def stop(gang: GangStatus, reason: str, message: str, now: datetime) -> GangStatus:
    """Return the gang as failed."""
    return gang.model_copy(
        update={
            "state": "Failed",
            "reason": reason,
            "message": message[:1024],
            "finished_at": stamp(now),
        }
    )


def _start(gang: GangStatus, sight: GangView, now: datetime) -> GangStatus:
    # Nobody waits for longer than the longest back-off, whatever clock or hand wrote it.
    if gang.not_before and now < when(gang.not_before) <= now + LAST_BACKOFF:
        return gang
    if waited := sight.in_the_way:
        why, waits, _ = gang.message.rpartition(f"; {LEAVING}")
        told = f"{why if waits else gang.message}; " if gang.reason == "Restarting" else ""
        return gang.model_copy(update={"message": f"{told[:800]}{LEAVING}{waited}"})
    return gang.model_copy(
        update={
            "state": "Running",
            "jobs": {},
            "refusal": None,
            "started_at": stamp(now),
            "not_before": None,
            "ready": 0,
            "replaced": 0,
            "reason": "",
            "message": "starting",
        }
    )


def _resumed(gang: GangStatus) -> GangStatus:
    return gang.model_copy(update={"state": "Pending", "message": ""})


def _ended(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus | None:
    """Return what becomes of a running gang that ended; None where it goes on."""
    if sight.complete(terms.shape.lead):
        # Before any failure: whoever dies after the chief's success changes nothing.
        return _committed(gang, terms, sight, now) or _wordless(gang, terms, sight, now)
    said = _broken(terms, sight)
    if said is None:
        return None
    after = _failed(gang, terms, diagnose(terms, sight, said), now)
    return _told(after, terms, sight) if after.state == "Failed" else after


def _told(gang: GangStatus, terms: Terms, sight: GangView) -> GangStatus:
    """Return a failed gang with what it found out all the same, such as figures below a gate."""
    report = last_word(sight, terms.shape.lead) if terms.stage.reports else None
    if report is None:
        return gang
    metrics = report.metrics or gang.metrics
    return gang.model_copy(update={"metrics": metrics, "cautions": report.cautions})


def _bereft(gang: GangStatus, sight: GangView, now: datetime) -> GangStatus | None:
    """Return what becomes of a running gang one of whose Jobs is gone; None where all are there."""
    lost = sorted(gang.jobs.keys() - {job.name for job in sight.jobs})
    if not lost:
        return None
    # Its pods are on their way out: another Job of that name would run beside them.
    why = f": Job {lost[0]} was deleted by somebody else"
    return _again(gang, "preemption", why, timedelta(0), now)


def _broken(terms: Terms, sight: GangView) -> str | None:
    """Return what the Job controller says of a Job that failed; None where none did that counts."""
    leader = terms.shape.roles[0]
    well = sight.ended_well(leader)
    failed = (job for job in sight.jobs if job.failed is not None)
    # Peers of a chief that ended well fail before its Job is complete: they are not waited for.
    return next((job.failed for job in failed if job.place.role == leader.name or not well), None)


def _working(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus:
    if late := overdue(gang, terms, sight, now):
        return stop(gang, "StartDeadlineExceeded", late, now)
    return attended(gang, terms, sight)


def _wordless(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus:
    chief = sight.chief(terms.shape.lead)
    if chief is None:
        # The pod went before it was read. What it committed is still there: the next attempt
        # finds it and reports it again.
        why = ": the pod's report was lost with the pod"
        return _again(gang, "preemption", why, timedelta(0), now)
    said = f" ({chief.said})" if chief.said else ""
    why = f"the pod ended well and left no report that can be read{said}; is its image a trainer's?"
    return _failed(gang, terms, Diagnosis("application", "ReportUnreadable", why), now)


def _committed(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> GangStatus | None:
    """Return the gang as succeeded where its lead ended well and told so; None where it did not."""
    if not sight.complete(terms.shape.lead):
        return None
    chief = sight.chief(terms.shape.lead)
    report = chief.report if chief else None
    if report is None and terms.stage.reports:
        return None
    report = report or Report(message=chief.said if chief else "")
    return gang.model_copy(
        update={
            "state": "Succeeded",
            "ready": gang.size,
            "finished_at": stamp(now),
            "progress_percentage": 100,
            "estimated_remaining_seconds": None,
            "reason": report.reason,
            "message": report.message or f"role {terms.shape.lead} has ended well",
            "metrics": report.metrics or gang.metrics,
            "cautions": report.cautions,
            "manifest": report.manifest,
            "reused": report.reused,
        }
    )


def _failed(gang: GangStatus, terms: Terms, found: Diagnosis, now: datetime) -> GangStatus:
    if found.final:
        return stop(gang, found.reason, found.message, now)
    if gang.refusal is not None and found.cause == "application":
        # It was never whole: whoever gave up waiting for the others did no wrong.
        pause = _backoff(found.cause, gang.restarts.preemption)
        return _again(gang, "preemption", f": {gang.refusal.message}", pause, now)
    times, settings = gang.restarts.out_of_memory, terms.pods(found.role)
    hungry = found.cause == "out_of_memory"
    why = starved(settings, times) if hungry else found.message
    counted = gang.restarts.application + times
    if found.cause != "preemption" and counted >= terms.retries:
        return stop(gang, found.reason, f"{why} (after {counted} restarts)", now)
    how = relief(settings, times + 1) if hungry else ""
    return _again(gang, found.cause, f"{how}: {why}", _backoff(found.cause, counted), now)


def _again(
    gang: GangStatus, cause: Cause, why: str, backoff: timedelta, now: datetime
) -> GangStatus:
    if gang.attempt >= MOST:
        return stop(gang, "RetriesExhausted", f"no more attempts can be counted{why}", now)
    restarts: Restarts = gang.restarts
    restarts = restarts.model_copy(update={cause: min(getattr(restarts, cause) + 1, MOST)})
    return gang.model_copy(
        update={
            "state": "Pending",
            "attempt": gang.attempt + 1,
            "restarts": restarts,
            "ready": 0,
            "refusal": None,
            "not_before": stamp(now + backoff) if backoff else None,
            "reason": "Restarting",
            "message": f"restarting{why}"[:1024],
        }
    )


def _backoff(cause: Cause, counted: int) -> timedelta:
    if cause == "preemption":
        return timedelta(0)
    doubled: timedelta = FIRST_BACKOFF * (1 << min(counted, 10))
    return min(doubled, LAST_BACKOFF)
