"""A run off its record, as the status that its job had: what draws the one draws the other."""

from datetime import UTC, datetime

from hone.api.status import Condition, GangStatus, JobStatus, Restarts, StageStatus, State
from hone.plan.names import shelf
from hone.plan.progress import sum_up
from hone.plan.world import stamp
from hone_trainer.contract.assignment import Artifact
from hone_trainer.contract.planned import PlannedStage
from hone_trainer.runs.naming import below
from hone_trainer.runs.reading import Stored
from hone_trainer.runs.record import Step
from hone_trainer.store.artifact_store import ArtifactStore


def status_of(found: Stored, store: ArtifactStore) -> JobStatus:
    """Return the status; what pods could not tell, such as why they were never started, is missing.

    Args:
        found: the run.
        store: where it lies now, which may be elsewhere than it was written.
    """
    run, last = found.run, found.run.last()
    ended = run.ended_at
    failed = next((step for step in last if step.word and not step.succeeded), None)
    told = f"stage {failed.stage}: {failed.word.message}" if failed and failed.word else ""
    kind = {"Complete": "Complete", "Failed": "Failed"}.get(run.state)
    reason = failed.word.reason if failed and failed.word else "AllStagesSucceeded"
    moment = stamp((ended or run.started_at).astimezone(UTC))
    condition = (
        Condition(
            type=kind, status="True", reason=reason, message=told, last_transition_time=moment
        )
        if kind
        else None
    )
    return JobStatus(
        started_at=stamp(run.started_at.astimezone(UTC)),
        finished_at=moment if ended else None,
        stages=tuple(_stage(stage, found, store) for stage in run.stages),
        artifacts=tuple(
            each.model_copy(
                update={"name": f"{shelf(step.stage, step.member, step.members)}{each.name}"[:128]}
            )
            for step in last
            for each in _artifacts(step, store)
        )[-128:],
        conditions=(condition,) if condition else (),
    )


def _stage(stage: PlannedStage, found: Stored, store: ArtifactStore) -> StageStatus:
    steps = [step for step in found.run.steps if step.stage == stage.name]
    last = {step.member: step for step in found.run.last() if step.stage == stage.name}
    gangs = tuple(_gang(member, last.get(member), store) for member in range(max(stage.members, 1)))
    begun = min((step.started_at for step in steps), default=None)
    ends = [step.ended_at for step in steps if step.ended_at]
    blank = StageStatus(
        name=stage.name,
        kind=stage.kind,
        started_at=stamp(begun.astimezone(UTC)) if begun else None,
        gangs=gangs,
    )
    now = max(ends, default=datetime.now(UTC))
    return sum_up(blank, gangs, now.astimezone(UTC))


def _gang(member: int, step: Step | None, store: ArtifactStore) -> GangStatus:
    if step is None:
        return GangStatus(member=member)
    state: State = "Running"
    if step.word is not None:
        state = "Succeeded" if step.succeeded else "Failed"
    made = step.word.manifest if step.word else None
    return GangStatus(
        member=member,
        state=state,
        attempt=step.attempt,
        restarts=Restarts(application=step.attempt),
        started_at=stamp(step.started_at.astimezone(UTC)),
        finished_at=stamp(step.ended_at.astimezone(UTC)) if step.ended_at else None,
        progress_percentage=100 if step.succeeded else 0,
        reason=step.word.reason if step.word else "",
        message=step.word.message if step.word else "",
        metrics=step.word.metrics if step.word else (),
        cautions=step.word.cautions if step.word else (),
        manifest=_here(made, store) if made else None,
        reused=step.word.reused if step.word else "",
    )


def _artifacts(step: Step, store: ArtifactStore) -> tuple[Artifact, ...]:
    found = step.word.artifacts if step.word else ()
    return tuple(_here(each, store) for each in found)


def _here(artifact: Artifact, store: ArtifactStore) -> Artifact:
    path = below(artifact.uri, store)
    return artifact.model_copy(update={"uri": store.uri(path)}) if path else artifact
