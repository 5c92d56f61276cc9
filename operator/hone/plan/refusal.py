"""What becomes of a spec that nobody can run: an answer that names the field and the remedy."""

from datetime import datetime

from pydantic import ValidationError

from hone.api.faults import faults
from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.plan.conditions import renew
from hone.plan.world import stamp


def explain(error: ValidationError) -> str:
    """Give the faults of a spec in one line, each with the path of its field."""
    return "; ".join(faults(error, OptimizationJob))


def refuse(status: JobStatus, generation: int, why: str, now: datetime) -> JobStatus:
    """Give the status of a job whose spec cannot be run."""
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
