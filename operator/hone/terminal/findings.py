"""What the stages of a job left behind, read back for its closing tables.

Most figures stand in the status; the course of the training stands in the manifests. What is not
there, or cannot be read, is left out: a table with a gap is better than none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hone.api.status import JobStatus
from hone.terminal.figures import values
from hone_trainer.contract.assignment import Artifact, StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.manifest import Manifest, parse

EVALUATION = "evaluation.json"
"""What an evaluation calls its record."""
BEST = "bestReachable"
"""How figures of a model that knew the truth behind the data begin."""


@dataclass(frozen=True)
class Figure:
    """A figure on the test part."""

    title: str
    shipped: float | None
    """Of the model that ships; None where it is not defined."""
    low: float | None = None
    high: float | None = None
    """Its 95 % interval, where it has one."""
    prior: float | None = None
    """Of the answer without features."""
    baseline: float | None = None
    """Of the simple model beside it, where one was asked for."""
    before: float | None = None
    """Of the model before compression, where there was any."""
    best: float | None = None
    """Of a model that knew the truth behind the data, where that is known."""


@dataclass(frozen=True)
class Findings:
    """What a job found out."""

    best_reachable: Mapping[str, float] = field(default_factory=dict)
    """Figures on the test part of a model that knew the truth behind the data, by the names that
    they have in the status; where that is known."""
    leading: str = ""
    """The figure of an epoch that is shown."""
    title: str = ""
    """What it is called in a sentence."""
    history: tuple[tuple[Mapping[str, float], ...], ...] = ()
    """Figures after each epoch, one line per trained member."""
    kept: tuple[int | None, ...] = ()
    """Number of the epoch that each member kept."""
    compression: Mapping[str, float] | None = None
    """Figures of the float model and of the compressed one."""
    chosen: str = ""
    """What compression did, in a sentence."""
    test: Mapping[str, float] | None = None
    """Figures on the test part as the status has them."""
    targets: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)
    """Target -> its figures on the test part, the one that decides first."""
    rows: int = 0
    """Rows of the test part."""
    baseline: str = ""
    """What the simple model beside it is called."""
    defeats: tuple[str, ...] = ()
    """Simpler answers that the model does not beat, in a sentence each."""
    gates: tuple[tuple[str, bool], ...] = ()
    """Gates of the evaluation, and whether each was passed."""


def find(status: JobStatus, store: Store) -> Findings:
    """Read what the finished stages of a job left in its artifact store."""
    by_kind = {stage.kind: stage for stage in status.stages if stage.state == "Succeeded"}
    tested = [stage for stage in status.stages if stage.kind == "evaluate" and stage.metrics]
    metrics = {kind: values(stage.metrics) for kind, stage in by_kind.items()}
    trained = by_kind["train"].gangs if "train" in by_kind else ()
    facts = [manifest.facts if (manifest := read(store, g.manifest)) else {} for g in trained]
    evaluation = evaluated(status, store)
    named = next((each for each in facts if each.get("headline")), {})
    best = _reachable(metrics.get("prepare", {}))
    targets = _mapping(evaluation.get("targets"))
    return Findings(
        best_reachable=best,
        leading=str(named.get("headline", "")),
        title=str(named.get("headlineTitle", named.get("headline", ""))),
        history=tuple(_history(each) for each in facts),
        kept=tuple(each.get("keptEpoch") for each in facts),
        compression=metrics.get("compress"),
        chosen=by_kind["compress"].message if "compress" in by_kind else "",
        test=values(tested[-1].metrics) if tested else None,
        targets={
            name: _figures(each, best, "" if len(targets) == 1 else f"{name}.")
            for name, each in targets.items()
        },
        rows=int(evaluation.get("rows", 0)),
        baseline=str(evaluation.get("baseline", "")),
        defeats=tuple(str(text) for text in evaluation.get("defeats", ())),
        gates=_gates(evaluation),
    )


def evaluated(status: JobStatus, store: Store) -> Mapping[str, Any]:
    """Read the record of the last evaluation: committed, or left by one that missed its gates."""
    stages = [stage for stage in status.stages if stage.kind == "evaluate" and stage.gangs]
    if not stages:
        return {}
    if manifest := read(store, stages[-1].gangs[0].manifest):
        return _mapping(manifest.facts.get("evaluation"))
    name = f"{stages[-1].name}/{EVALUATION}"
    left = next((each for each in status.artifacts if each.name == name), None)
    data = fetch(store, left)
    try:
        return _mapping(json.loads(data)) if data else {}
    except ValueError:
        return {}


def read(store: Store, artifact: Artifact | None) -> Manifest | None:
    """Read a manifest; None where there is none that can be read."""
    data = fetch(store, artifact)
    try:
        return parse(data, artifact.uri) if artifact and data else None
    except StageFailure:
        return None


def fetch(store: Store, artifact: Artifact | None) -> bytes | None:
    """Read a file; None where there is none that can be read."""
    if artifact is None:
        return None
    try:
        return open_store(store).fetch(artifact)
    except (StageFailure, ImportError):
        return None


def _reachable(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return what is known of the best that any model could do, by the names of the figures."""
    told = ((*name.partition(BEST), value) for name, value in metrics.items())
    return {f"{of}{name[:1].lower()}{name[1:]}": value for of, found, name, value in told if found}


def _history(facts: Mapping[str, Any]) -> tuple[Mapping[str, float], ...]:
    found: Any = facts.get("history", ())
    if not isinstance(found, Sequence):
        return ()
    return tuple(epoch for epoch in found if isinstance(epoch, Mapping))


def _figures(target: Any, best: Mapping[str, float], prefix: str) -> tuple[Figure, ...]:
    """Read the figures of a target off the record of an evaluation.

    Args:
        target: the record.
        best: what could be reached, by the names of the status.
        prefix: what stands before the target's figures there.
    """
    told = _mapping(target)
    models = {key: _mapping(told.get(key)) for key in ("shipped", "prior", "before", "baseline")}

    def value(model: str, name: str, part: str = "value") -> float | None:
        found: float | None = _mapping(models[model].get(name)).get(part)
        return found

    return tuple(
        Figure(
            title=str(title),
            shipped=value("shipped", name),
            low=value("shipped", name, "low"),
            high=value("shipped", name, "high"),
            prior=value("prior", name),
            baseline=value("baseline", name),
            before=value("before", name),
            best=best.get(f"{prefix}{name}"),
        )
        for name, title in _mapping(told.get("titles")).items()
    )


def _mapping(found: Any) -> Mapping[str, Any]:
    """Return a record; an empty one where something else was found."""
    return found if isinstance(found, Mapping) else {}


def _gates(evaluation: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    verdicts = evaluation.get("verdicts", ())
    return tuple((str(v.get("text", "")), bool(v.get("passed"))) for v in verdicts)
