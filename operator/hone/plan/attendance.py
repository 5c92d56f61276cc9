"""A gang at work: which of its pods are there, and why others are not."""

from datetime import datetime, timedelta

from hone.api.status import GangStatus, Refusal
from hone.plan.sight import GangView
from hone.plan.terms import Terms
from hone.plan.world import when
from hone_trainer.contract.stage import Gang

ADMISSION = "waiting for admission"
UNQUEUED = "Job {} is suspended, and names no queue: resume it, or delete it for a new attempt"


def attended(gang: GangStatus, terms: Terms, sight: GangView) -> GangStatus:
    """Return the gang with the figures and words of its pods."""
    shape, post = terms.shape, sight.progress.get(terms.shape.lead)
    ready = min(sum(job.ready + job.succeeded for job in sight.jobs), shape.size)
    refusal, why, edits = _refusal(gang, sight), awaited(gang, sight), altered(shape, sight)
    if ready < shape.size and (why or edits):
        message = why if why == ADMISSION else f"waiting: {why or edits}"
    else:
        message = post.message if post else ("running" if ready else "starting")
    if edits and not message.endswith(edits):
        message = f"{message[:500]}; {edits}"
    update: dict[str, object] = {
        "ready": ready,
        "refusal": refusal,
        "reason": refusal.reason if refusal else "",
        "message": message[:1024],
        "replaced": max(gang.replaced, sight.replaced(shape)),
    }
    if post:
        update |= {
            "progress_percentage": max(gang.progress_percentage, int(post.fraction * 100)),
            "estimated_remaining_seconds": post.remaining_seconds,
            "metrics": post.metrics or gang.metrics,
            "cautions": post.cautions or gang.cautions,
        }
    return gang.model_copy(update=update)


def overdue(gang: GangStatus, terms: Terms, sight: GangView, now: datetime) -> str:
    """Say what a gang that has not started in time was waiting for; empty for one that has."""
    seconds = terms.limits.start_deadline_seconds
    # Not before there is something that could start: the operator may have been away since.
    if seconds is None or gang.started_at is None or not (sight.jobs or gang.refusal):
        return ""
    # A gang that is at work has started: it does not end because a pod of it comes again.
    at_work = gang.replaced > 0 or gang.progress_percentage > 0
    roles = [role for role in terms.shape.roles if not (at_work and role.replaceable)]
    names = {role.name for role in roles}
    started = sum(pod.phase != "Pending" and pod.place.role in names for pod in sight.pods)
    late = now >= when(gang.started_at) + timedelta(seconds=seconds)
    if not late or started >= sum(role.replicas for role in roles):
        return ""
    why = awaited(gang, sight) or altered(terms.shape, sight) or "no reason was given"
    return f"not started within startDeadlineSeconds ({seconds}): {why}"


def awaited(gang: GangStatus, sight: GangView) -> str:
    """Say what a gang waits for, as far as anybody said; empty where nobody did."""
    held = [job for job in sight.jobs if job.suspended]
    if held:
        by_hand = next((job.name for job in held if not job.queued), "")
        return UNQUEUED.format(by_hand) if by_hand else ADMISSION
    if refusal := _refusal(gang, sight):
        return refusal.message
    if sight.remains and not gang.jobs:
        return f"until {sight.remains[0]}"
    return min((pod.waiting for pod in sight.pods if pod.waiting), default="")


def altered(shape: Gang, sight: GangView) -> str:
    """Say which Job of a gang was changed by hand, and how; empty where none was."""
    replicas = {role.name: role.replicas for role in shape.roles}
    for job in sight.jobs:
        wanted, found = replicas.get(job.place.role), [*job.lacks]
        for what, number in (("parallelism", job.parallelism), ("completions", job.completions)):
            if number not in (None, wanted):
                found.append(f"{what} is {number} instead of {wanted}")
        if found:
            told = f"Job {job.name} was changed by hand ({', '.join(found)})"
            return f"{told}: change it back, or delete it for a new attempt"
    return ""


def _refusal(gang: GangStatus, sight: GangView) -> Refusal | None:
    """Return what the cluster does not take: an object on record, or else pods of a Job."""
    if gang.refusal is not None and gang.refusal.retry_at is not None:
        return gang.refusal
    for job in sight.jobs:
        if job.refused:
            told = f"the cluster refuses pods of Job {job.name}: {job.refused}"
            return Refusal(reason="PodsRefused", message=told[:1000])
    return None
