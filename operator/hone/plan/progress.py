"""What was seen → the state of each stage, its figures summed up from those of its gangs."""

from collections import defaultdict
from datetime import datetime

from hone.api.execution import Execution
from hone.api.job import StageSpec
from hone.api.status import GangStatus, StageStatus, State
from hone.plan.gang import advance, pause, stop
from hone.plan.sight import GangView
from hone.plan.terms import Terms
from hone.plan.timing import deadline
from hone.plan.world import World, stamp
from hone_trainer.contract.assignment import Metric, metric
from hone_trainer.contract.stage import Gang


def fresh(spec: StageSpec) -> StageStatus:
    """Return the status of a stage that nobody has looked at yet."""
    gangs = tuple(GangStatus(member=g.member, size=g.size) for g in spec.value.gangs())
    return StageStatus(name=spec.name, kind=spec.kind, gangs=gangs)


def held(stage: StageStatus) -> StageStatus:
    """Return a stage whose turn has not come: nothing of it runs, whatever a hand wrote there."""
    if not any(gang.state in ("Running", "Suspended") for gang in stage.gangs):
        return stage
    gangs = tuple(
        gang.model_copy(update={"state": "Pending"}) if gang.state in UNFINISHED else gang
        for gang in stage.gangs
    )
    return stage.model_copy(update={"state": _state(gangs), "gangs": gangs})


def step(
    spec: StageSpec,
    old: StageStatus,
    execution: Execution,
    suspend: bool,
    world: World,
    now: datetime,
) -> StageStatus:
    """Bring the stage whose turn it is up to date."""
    if not suspend and _state(old.gangs) == "Suspended":
        old = old.model_copy(update={"state": "Pending", "resumed_at": stamp(now)})
    gangs = _advance(spec, old, execution, suspend, world, now)
    if not suspend:
        gangs = _overdue(gangs, old, execution, now)
    if any(gang.state == "Failed" for gang in gangs):
        # One member without which the stage cannot end: the others would work for nothing.
        gangs = tuple(
            stop(gang, "Stopped", "another member failed", now)
            if gang.state in UNFINISHED
            else gang
            for gang in gangs
        )
    return sum_up(old, gangs, now)


UNFINISHED = ("Pending", "Running", "Suspended")
ENDED = ("Succeeded", "Failed")


def sum_up(old: StageStatus, gangs: tuple[GangStatus, ...], now: datetime) -> StageStatus:
    """Return the stage's status from those of its gangs."""
    state = _state(gangs)
    finished = state in ("Succeeded", "Failed")
    remaining = [g.estimated_remaining_seconds for g in gangs if g.estimated_remaining_seconds]
    started = old.started_at or (stamp(now) if state not in ("Pending", "Suspended") else None)
    return StageStatus(
        name=old.name,
        kind=old.kind,
        state=state,
        ready=f"{sum(g.ready for g in gangs)}/{sum(g.size for g in gangs)}",
        progress_percentage=sum(g.progress_percentage for g in gangs) // len(gangs),
        estimated_remaining_seconds=max(remaining) if remaining and not finished else None,
        restarts=sum(g.restarts.total for g in gangs),
        started_at=started,
        resumed_at=old.resumed_at,
        finished_at=old.finished_at or stamp(now) if finished else None,
        metrics=_means(gangs),
        message=_message(gangs),
        gangs=gangs,
    )


def _advance(
    spec: StageSpec,
    old: StageStatus,
    execution: Execution,
    suspend: bool,
    world: World,
    now: datetime,
) -> tuple[GangStatus, ...]:
    room = spec.value.at_once() - sum(gang.state == "Running" for gang in old.gangs)
    result = []
    for shape, known in zip(spec.value.gangs(), old.gangs, strict=True):
        gang = known if known.state in ENDED else _sized(known, shape)
        terms, sight = Terms(spec, shape, execution), GangView.of(world, spec.name, gang)
        if suspend:
            result.append(pause(gang, terms, sight, now))
            continue
        if gang.state == "Pending" and room <= 0:
            result.append(gang)
            continue
        new = advance(gang, terms, sight, now)
        room -= gang.state == "Pending" and new.state == "Running"
        result.append(new)
    return tuple(result)


def _sized(gang: GangStatus, shape: Gang) -> GangStatus:
    """Return the gang with the size that the spec says, whatever is recorded."""
    ready = min(gang.ready, shape.size)
    return gang.model_copy(update={"size": shape.size, "ready": ready})


def _overdue(
    gangs: tuple[GangStatus, ...], old: StageStatus, execution: Execution, now: datetime
) -> tuple[GangStatus, ...]:
    limit, end = execution.active_deadline_seconds, deadline(old, execution)
    if end is None or now < end:
        return gangs
    text = (
        f"the stage took longer than activeDeadlineSeconds ({limit}); raise it or lessen the work"
    )
    return tuple(
        stop(gang, "DeadlineExceeded", text, now) if gang.state in UNFINISHED else gang
        for gang in gangs
    )


def _state(gangs: tuple[GangStatus, ...]) -> State:
    states = {gang.state for gang in gangs}
    if states == {"Succeeded"}:
        return "Succeeded"
    for state in ("Failed", "Suspended", "Running"):
        if state in states:
            return state
    # Some done or restarting, none running at this moment: the stage as a whole is under way.
    begun = "Succeeded" in states or any(gang.attempt for gang in gangs)
    return "Running" if begun else "Pending"


def _means(gangs: tuple[GangStatus, ...]) -> tuple[Metric, ...]:
    if len(gangs) == 1:
        return gangs[0].metrics
    values: dict[str, list[float]] = defaultdict(list)
    for gang in gangs:
        for each in gang.metrics:
            try:
                value = float(each.value)
            except ValueError:
                continue
            values[each.name].append(value)
    return tuple(metric(name, sum(all_) / len(all_)) for name, all_ in values.items())[:16]


def _message(gangs: tuple[GangStatus, ...]) -> str:
    if len(gangs) == 1:
        return gangs[0].message
    failed = next((g for g in gangs if g.state == "Failed" and g.reason != "Stopped"), None)
    if failed:
        return f"member {failed.member}: {failed.message}"[:1024]
    said = [f"member {g.member}: {g.message}" for g in gangs if g.message]
    return "; ".join(said)[:1024]
