"""From states to the conditions that people and GitOps tools read."""

from collections.abc import Iterator
from datetime import datetime

from hone.api.status import Condition, JobStatus, State
from hone.plan.world import stamp

UNFINISHED = ("Pending", "Running")


def conditions(
    status: JobStatus, state: State, generation: int, now: datetime
) -> tuple[Condition, ...]:
    """Return the conditions of an accepted job.

    Args:
        status: the status, its stages already brought up to date, its conditions still the old.
        state: state of the job as a whole.
        generation: generation of the spec.
        now: the moment of deciding.
    """
    current = next((stage for stage in status.stages if stage.state != "Succeeded"), None)
    gangs = current.gangs if current else ()
    where = f"stage {current.name}" if current else ""
    culprit = next((g for g in gangs if g.state == "Failed" and g.reason != "Stopped"), None)
    failure = culprit.reason or "StageFailed" if culprit else "StageFailed"
    explained = f"{where}: {culprit.message}" if culprit else where
    restarting = next((g for g in gangs if g.state == "Pending" and g.attempt), None)
    refused = next((g.refusal for g in gangs if g.refusal and g.state == "Running"), None)
    begun = any(gang.ready for stage in status.stages for gang in stage.gangs)
    failed = state == "Failed"
    cautions = list(dict.fromkeys(cautions_of(status)))
    table: tuple[tuple[str, bool, str, str, str], ...] = (
        # type, holds, reason if so, reason if not, message if so
        ("Accepted", True, "Valid", "", "the spec is valid"),
        ("Suspended", state == "Suspended", "Suspended", "Active", "spec.suspend is true"),
        (
            "Running",
            state == "Running" and any(g.state == "Running" and g.ready for g in gangs),
            "PodsReady",
            "NoPods",
            where,
        ),
        (
            "Restarting",
            restarting is not None,
            "GangRestarting",
            "Steady",
            f"{where}: {restarting.message}" if restarting else "",
        ),
        ("Complete", state == "Succeeded", "AllStagesSucceeded", "NotYet", "all stages succeeded"),
        ("Failed", failed, failure, "NotFailed", explained),
        ("Caution", bool(cautions), "StageCautions", "NoCautions", " ".join(cautions)),
        # kstatus: in motion only until the first pods are there, stuck once failed.
        (
            "Reconciling",
            state in UNFINISHED and not begun,
            refused.reason if refused else "Starting",
            "Settled",
            f"{where}: {refused.message}" if refused else where,
        ),
        ("Stalled", failed, failure, "NotStalled", explained),
    )
    return tuple(
        renew(status, kind, holds, yes if holds else no, message if holds else "", generation, now)
        for kind, holds, yes, no, message in table
    )


def cautions_of(status: JobStatus) -> Iterator[str]:
    """Return what a person should know of what the stages made, each with its stage."""
    for stage in status.stages:
        for gang in stage.gangs:
            yield from (f"stage {stage.name}: {text}" for text in gang.cautions)


def renew(
    status: JobStatus,
    kind: str,
    holds: bool,
    reason: str,
    message: str,
    generation: int,
    now: datetime,
) -> Condition:
    """Return a condition; its time moves only when it begins or ceases to hold."""
    old = status.condition(kind)
    same = old is not None and (old.status == "True") == holds
    return Condition(
        type=kind,
        status="True" if holds else "False",
        reason=reason,
        message=message[:1024],
        last_transition_time=old.last_transition_time if old and same else stamp(now),
        observed_generation=generation,
    )
