"""What is said where a job cannot go on as it stands: its spec cannot be run, or its record cannot
be kept. Each answer names the field and the remedy.
"""

from datetime import datetime

from pydantic import ValidationError

from hone.api import mounts
from hone.api.faults import faults
from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.plan.conditions import renew
from hone.plan.site import Site
from hone.plan.terms import Terms
from hone.plan.world import stamp

UNRECORDED = "RecordRefused"
UNREADABLE = "RecordUnreadable"
BUCKET = "name a bucket, such as s3://models/shop"
REMEDY = (
    "bring back the operator that wrote it; or take status.stages out (kubectl patch"
    " --subresource=status): the job begins anew then, and finds what its stages committed"
)


def explain(error: ValidationError) -> str:
    """Return the faults of a spec in one line, each with the path of its field."""
    return "; ".join(faults(error, OptimizationJob))


def impossible(job: OptimizationJob, site: Site) -> str:
    """Say what the installation lacks to run a job; empty where it can be run."""
    store = job.spec.artifacts or site.artifacts
    if store is None:
        return f"spec.artifacts: missing, and this operator has no default; {BUCKET}"
    place = mounts.folder(store.uri)
    if not place or site.one_machine:
        return ""
    for stage in job.spec.stages:
        gang = stage.value.gangs()[0]
        terms = Terms.of(stage, gang, job.spec.defaults)
        if not all(mounts.mounted(place, terms.pods(role.name)) for role in gang.roles):
            given = "spec.artifacts.uri" if job.spec.artifacts else "the operator's default store"
            return (
                f"{given}: {place} is a folder of each pod's own in stage {stage.name}; mount a "
                f"persistentVolumeClaim there by defaults.volumes, or {BUCKET}"
            )
    return ""


def refuse(status: JobStatus, generation: int, why: str, now: datetime) -> JobStatus:
    """Return the status of a job whose spec cannot be run."""
    table = (
        ("Accepted", False, "InvalidSpec"),
        ("Complete", False, "NotYet"),
        ("Failed", True, "InvalidSpec"),
        ("Reconciling", False, "Settled"),
        ("Stalled", True, "InvalidSpec"),
    )
    return status.model_copy(
        update={
            "observed_generation": generation,
            "stage": "Refused",
            "finished_at": status.finished_at or stamp(now),
            "conditions": tuple(
                renew(status, kind, holds, reason, why, generation, now)
                for kind, holds, reason in table
            ),
        }
    )


def unrecorded(status: JobStatus, generation: int, why: str, now: datetime) -> JobStatus:
    """Return the status of a job of which the cluster took the old status and refuses the new."""
    return stalled(status, generation, UNRECORDED, why, now)


def unreadable(status: JobStatus, generation: int, why: str, now: datetime) -> JobStatus:
    """Return what can be said of a job whose record cannot be read: conditions alone."""
    return stalled(status, generation, UNREADABLE, f"{why[:700]}; {REMEDY}", now)


def stalled(status: JobStatus, generation: int, reason: str, why: str, now: datetime) -> JobStatus:
    """Return the status with nothing changed but that the job does not go on, and why."""
    renewed = {
        each.type: each
        for each in (
            renew(status, "Reconciling", False, "Settled", "", generation, now),
            renew(status, "Stalled", True, reason, why, generation, now),
        )
    }
    kept = (each for each in status.conditions if each.type not in renewed)
    return status.model_copy(update={"conditions": (*kept, *renewed.values())})
