"""The record: how it is read, and whether it fits what is asked for.

A job without a record is one that nobody has looked at yet, and begins. One whose record is there
and cannot be read was written by a newer operator, or by hand: to take it for none would stop what
runs and begin everything anew, so nothing of it is touched until a person says what is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hone.api.faults import faults
from hone.api.job import OptimizationJob
from hone.api.status import Condition, JobStatus, StageStatus

FIGURES = {
    "ready",
    "progressPercentage",
    "estimatedRemainingSeconds",
    "metrics",
    "message",
}
SUMMED = (
    {"observedGeneration", "stage", "progress", "ready", "restarts", "metric", "conditions"}
    | {"startedAt", "lastUpdatedTime", "reused"},
    FIGURES | {"restarts"},
    FIGURES | {"size", "replaced", "reason", "cautions"},
)
"""What every pass works out anew, of a job, a stage and a gang: what stands there may be odd."""


@dataclass(frozen=True)
class Record:
    """What a job has for its status."""

    status: JobStatus
    fault: str = ""
    """What cannot be read of it; then only its conditions are there, as far as they can be."""


def read(raw: Mapping[str, Any]) -> Record:
    """Read the status of a job as it is stored; what is null is not there, as in Kubernetes."""
    found = _without_nulls(raw.get("status") or {})
    fault = _validate(found)
    if isinstance(fault, JobStatus):
        return Record(fault)
    for place in sorted((each["loc"] for each in fault.errors()), key=str, reverse=True):
        _leave_out(found, place)
    again = _validate(found)
    if isinstance(again, JobStatus):
        return Record(again)
    given = found.get("conditions") if isinstance(found, dict) else ()
    conditions = tuple(_conditions(given))[:16]
    why = "; ".join(f"status.{each}" for each in faults(again, JobStatus))
    return Record(JobStatus(conditions=conditions), why)


def misfit(job: OptimizationJob, status: JobStatus) -> str:
    """Say where a record does not fit the spec; empty where the job can go on from it.

    Stages that have ended are not held against the spec: what they committed is on record.
    """
    known = {spec.name for spec in job.spec.stages}
    places: dict[str, int] = {}
    for index, stage in enumerate(status.stages):
        if stage.name not in known or stage.name in places:
            what = "is there twice" if stage.name in places else "is no stage of the spec"
            return f"status.stages[{index}].name: {stage.name} {what}"
        places[stage.name] = index
    for spec in job.spec.stages:
        at = places.get(spec.name)
        if at is None:
            continue
        if over(status.stages[at]):
            if status.stages[at].state == "Failed":
                return ""  # nothing comes after it
            continue
        there = [gang.member for gang in status.stages[at].gangs]
        wanted = [shape.member for shape in spec.value.gangs()]
        if there != wanted:
            return f"status.stages[{at}].gangs: members {there}, where the spec has {wanted}"
    return ""


def over(stage: StageStatus) -> bool:
    """Say whether a stage has ended, and with it every gang of it."""
    ended = ("Succeeded", "Failed")
    told = stage.state in ended and bool(stage.gangs)
    return told and all(gang.state in ended for gang in stage.gangs)


def _validate(found: Any) -> JobStatus | ValidationError:
    try:
        return JobStatus.model_validate(found)
    except ValidationError as error:
        return error


def _leave_out(found: Any, place: tuple[int | str, ...]) -> None:
    """Take out of a status what is wrong at a place, if it is among what is worked out anew."""
    for level, names in enumerate(SUMMED):
        at = 2 * level
        if len(place) <= at or (level and place[at - 2] != ("stages", "gangs")[level - 1]):
            return
        if place[at] in names:
            here = found
            for step in place[:at]:
                here = here[step]
            here.pop(place[at], None)
            return


def _conditions(given: Any) -> Iterator[Condition]:
    for each in given if isinstance(given, list) else ():
        try:
            yield Condition.model_validate(each)
        except ValidationError:
            continue


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(each) for each in value]
    return value
