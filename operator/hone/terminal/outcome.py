"""A job that has ended, as one object for machines."""

import math
from collections.abc import Mapping
from typing import Any

from hone.api.outcome import (
    ArtifactOutcome,
    FigureOutcome,
    LatencyOutcome,
    Outcome,
    SizeOutcome,
    StageOutcome,
)
from hone.api.status import JobStatus, StageStatus
from hone.plan.figures import origins, taken_over
from hone.plan.world import when
from hone.terminal.figures import values
from hone.terminal.findings import evaluated
from hone_trainer.contract.assignment import Store

Figures = dict[str, dict[str, dict[str, FigureOutcome]]]


def outcome(
    job: str, status: JobStatus, store: Store, done: frozenset[str], *, stopped: bool = False
) -> Outcome:
    """Sum up a job.

    Args:
        job: its namespace and name.
        status: how it ended.
        store: of its artifacts.
        done: names of the stages that had been done before this command began.
        stopped: whether somebody stopped it on the way.
    """
    failed = status.condition("Failed")
    complete = status.holds("Complete")
    measured = _metrics(status, "compress")
    return Outcome(
        job=job,
        phase="Complete" if complete else "Stopped" if stopped else "Failed",
        message=failed.message if failed is not None and not complete else "",
        stages=tuple(_stage(stage, stage.name in done) for stage in status.stages),
        figures=figures(status, store),
        size=SizeOutcome(bytes=measured["compressedBytes"], float_bytes=measured["floatBytes"])
        if {"compressedBytes", "floatBytes"} <= measured.keys()
        else None,
        latency=LatencyOutcome(
            p50=measured["compressedLatencyMicroseconds"],
            p95=measured["compressedLatencyP95Microseconds"],
        )
        if "compressedLatencyP95Microseconds" in measured
        else None,
        artifacts=tuple(
            ArtifactOutcome(name=a.name, uri=a.uri, size_bytes=a.size_bytes, sha256=a.sha256)
            for a in status.artifacts
        ),
    )


def _stage(stage: StageStatus, done: bool) -> StageOutcome:
    seconds = None
    if stage.started_at and stage.finished_at:
        seconds = (when(stage.finished_at) - when(stage.started_at)).total_seconds()
    return StageOutcome(
        name=stage.name,
        kind=stage.kind,
        state=stage.state,
        seconds=seconds,
        reused=done or taken_over(stage),
        reused_from=origins(stage),
    )


def figures(status: JobStatus, store: Store) -> Figures:
    """Read the figures on the test part off what the last evaluation left."""
    targets = evaluated(status, store).get("targets", {})
    return {
        str(target): {
            "test": {
                str(name): _figure(
                    estimate,
                    *(_named(judged.get(beside), name) for beside in ("prior", "baseline")),
                )
                for name, estimate in judged.get("shipped", {}).items()
            }
        }
        for target, judged in targets.items()
    }


def _figure(estimate: Mapping[str, Any], prior: object, baseline: object) -> FigureOutcome:
    told = {name: _finite(estimate.get(name)) for name in ("value", "low", "high")}
    return FigureOutcome(**told, prior=_finite(prior), baseline=_finite(baseline))


def _named(figures: Mapping[str, Any] | None, name: str) -> object:
    """Return the value of a figure; None where it is not among them."""
    return ((figures or {}).get(name) or {}).get("value")


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _metrics(status: JobStatus, kind: str) -> Mapping[str, float]:
    stages = [s for s in status.stages if s.kind == kind and s.state == "Succeeded"]
    return values(stages[-1].metrics) if stages else {}
