"""What the record of a run says of its job: pods write it, so the first of them has to be told all.

Which pods those are is a matter of the spec alone, so that every attempt of them is told the same.
"""

from typing import Any

from hone.api.job import MUTABLE, OptimizationJob, StageSpec
from hone.plan.names import Place
from hone_trainer.contract.assignment import FILE_LIMIT, compact
from hone_trainer.contract.planned import Planned, PlannedStage

LIMIT = 1024 * 1024 - FILE_LIMIT - 16 * 1024
"""Bytes of a spec that are told: a ConfigMap holds 1 MiB, and the largest stage comes first."""


def opens(job: OptimizationJob, stage: StageSpec, place: Place) -> bool:
    """Say whether these pods are the first of a job that put something on record."""
    first = next((each for each in job.spec.stages if each.value.reports), None)
    if first is None or first.name != stage.name:
        return False
    shape = stage.value.gangs()[0]
    return (place.member, place.role) == (shape.member, shape.lead)


def planned(job: OptimizationJob) -> Planned:
    """Return what the record says of a job."""
    spec = {name: said for name, said in _plain(job.spec.dump()).items() if name not in MUTABLE}
    if len(compact(spec)) > LIMIT:
        spec = {"seed": job.spec.seed}
    return Planned(
        spec=spec,
        stages=tuple(
            PlannedStage(
                name=stage.name,
                kind=stage.kind,
                members=len(stage.value.gangs()),
                reports=stage.value.reports,
            )
            for stage in job.spec.stages
        ),
    )


def _plain(spec: dict[str, Any]) -> dict[str, Any]:
    """Leave out the values of variables: people put passwords there, and a store has more readers
    than a job has.
    """
    stages = [
        _bare(stage) | {"roles": [_bare(role) for role in stage["roles"]]}
        if stage.get("roles")
        else _bare(stage)
        for stage in spec["stages"]
    ]
    told = {"defaults": _bare(spec["defaults"])} if "defaults" in spec else {}
    return spec | told | {"stages": stages}


def _bare(pods: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of pods, with the names of variables alone."""
    if "env" not in pods:
        return pods
    return pods | {"env": [{"name": each["name"]} for each in pods["env"]]}
