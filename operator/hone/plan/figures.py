"""Figures that move all the time: summed up for the columns, written only now and then.

Writes are what a cluster pays for, so a status that differs from the recorded one in figures alone
waits until the last such write is a few seconds old.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hone.api.status import JobStatus, StageStatus
from hone.plan.world import stamp, when

PAUSE = timedelta(seconds=5)
"""At least so long between two writes of nothing but figures."""

FIGURES = ("progress_percentage", "estimated_remaining_seconds", "metrics", "message")
"""What moves in a gang, and in a stage."""
GANG_FIGURES: dict[str, Any] = dict.fromkeys(FIGURES, True)
MOVING: dict[str, Any] = {
    "progress": True,
    "metric": True,
    "last_updated_time": True,
    "conditions": {"__all__": {"message"}},
    "stages": {"__all__": {**GANG_FIGURES, "gangs": {"__all__": GANG_FIGURES}}},
}
"""All that moves in a status, as pydantic wants to be told what to leave out."""


def settle(old: JobStatus, new: JobStatus, now: datetime) -> JobStatus:
    """Return the status to record: the new one, or the old where the news can wait."""
    if new == old:
        return old
    if _bare(new) == _bare(old):
        last = old.last_updated_time
        if last is not None and timedelta(0) <= now - when(last) < PAUSE:
            return old
        return new.model_copy(update={"last_updated_time": stamp(now)})
    return new


def headline(stages: Sequence[StageStatus]) -> str:
    """Return the figure that matters most: the first one of the latest stage that has any."""
    for stage in reversed(stages):
        if stage.metrics:
            first = stage.metrics[0]
            return f"{first.name}={short(first.value)}"[:128]
    return ""


def short(value: str, thousands: str = "") -> str:
    """Write a metric's value as a column has room for it: a count in full, four digits otherwise.

    Args:
        value: the figure as text; what is no number stays as it is.
        thousands: what stands between the thousands of a count.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    whole = abs(number) < 1e15 and number.is_integer()
    return f"{number:z{thousands}.0f}" if whole else f"{number:z.4g}"


def reused(stages: Sequence[StageStatus]) -> str:
    """Return how many of the stages others had made before; empty where none was."""
    count = sum(taken_over(stage) for stage in stages)
    return f"{count}/{len(stages)}" if count else ""


def taken_over(stage: StageStatus) -> bool:
    """Say whether nothing of a stage was made by this job."""
    return bool(stage.gangs) and all(gang.reused for gang in stage.gangs)


def origins(stage: StageStatus) -> tuple[str, ...]:
    """Return who had made what was taken over of a stage: namespace, job and stage of each."""
    return tuple(dict.fromkeys(gang.reused for gang in stage.gangs if gang.reused))


def _bare(status: JobStatus) -> dict[str, Any]:
    return status.model_dump(exclude=MOVING)
