"""What people are told: one Event per transition, read off two statuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hone.api.status import GangStatus, JobStatus, Refusal
from hone.plan.conditions import cautions_of

NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Announcement:
    """Something that happened to a job."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


def announcements(before: JobStatus, after: JobStatus) -> Iterator[Announcement]:
    """Return what happened between two statuses of a job."""
    old = {(s.name, g.member): g for s in before.stages for g in s.gangs}
    states = {stage.name: stage.state for stage in before.stages}
    again = before.holds("Failed") and after.retry > before.retry
    if again:
        told = f"spec.retry is {after.retry}: stage {after.stage} is tried again"
        yield Announcement("Normal", "Retrying", told)
    for stage in after.stages:
        if stage.state != states.get(stage.name, "Pending") and stage.state != "Failed":
            told = f"stage {stage.name}: {stage.message or stage.state.lower()}"
            yield Announcement("Normal", f"Stage{stage.state}", told)
        for gang in stage.gangs:
            seen = old.get((stage.name, gang.member))
            if again and gang.state != "Failed":
                continue
            if seen is not None and gang.attempt > seen.attempt:
                told = f"stage {stage.name}, member {gang.member}: {gang.message}"
                yield Announcement("Warning", "Restarting", told)
            elif seen is not None and gang.replaced > seen.replaced:
                told = f"stage {stage.name}, member {gang.member}: a lost pod is replaced"
                told += f" ({gang.replaced} so far); the gang goes on"
                yield Announcement("Warning", "PodReplaced", told)
            if gang.refusal and gang.state == "Running" and _news(seen, gang.refusal):
                told = f"stage {stage.name}, member {gang.member}: {gang.refusal.message}"
                yield Announcement("Warning", gang.refusal.reason, told)
    known = set(cautions_of(before))
    for text in dict.fromkeys(cautions_of(after)):
        if text not in known:
            yield Announcement("Warning", "Caution", text)
    for kind, level in (("Complete", "Normal"), ("Failed", "Warning")):
        if after.holds(kind) and not before.holds(kind):
            condition = after.condition(kind)
            told = condition.message if condition else ""
            reason = condition.reason if condition and kind == "Failed" else kind
            yield Announcement(level, reason, told)  # type: ignore[arg-type]


def _news(before: GangStatus | None, refusal: Refusal) -> bool:
    """Say whether a refusal is another than the one on record; how much is used moves all day."""
    known = before.refusal if before else None
    return known is None or NUMBER.sub("", known.message) != NUMBER.sub("", refusal.message)
