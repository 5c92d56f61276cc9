"""What a pod's status tells of its container: how it ended, why it does not start, what it said."""

from collections.abc import Mapping

from pydantic import ValidationError

from hone.plan.belief import Raw
from hone_trainer.contract.assignment import Report

TAIL_LINES = 3
TAIL_LENGTH = 400
"""Of what a pod said last: enough for the line that names the error, and short in a table."""


def container(status: Raw) -> tuple[Raw, str]:
    """Return (how the container ended, why it does not start)."""
    for each in status.get("containerStatuses") or ():
        state = each.get("state") or {}
        wait = state.get("waiting") or {}
        reason = wait.get("reason", "")
        said = f"{reason}: {wait.get('message', '')}".rstrip(": ")
        return state.get("terminated") or {}, said if reason != "ContainerCreating" else ""
    return {}, ""


def cause(status: Raw, ended: Raw) -> str:
    """Return the reason of the pod before that of its container, unless that lacked memory."""
    inner: str = ended.get("reason", "")
    return inner if inner == "OOMKilled" else status.get("reason") or inner


def unheard(pod: Raw) -> str:
    """Return what to say of a pod of which its node says nothing; empty where it does."""
    if (pod.get("status") or {}).get("phase") != "Unknown":
        return ""
    return f"the node of pod {pod['metadata']['name']} does not say how it fares"


def unscheduled(conditions: Mapping[str, Raw]) -> str:
    """Return the scheduler's words for a pod that it finds no node for."""
    scheduled = conditions.get("PodScheduled", {})
    return scheduled.get("message", "") if scheduled.get("status") == "False" else ""


def report(text: str) -> Report | None:
    """Read a report; None where the words are none."""
    try:
        return Report.model_validate_json(text)
    except ValidationError:
        return None


def tail(text: str) -> str:
    """Return the last lines of what was said, in one: the end is where the error stands."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-TAIL_LINES:])[-TAIL_LENGTH:]
