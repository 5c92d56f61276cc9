"""What the stages of a job left behind, read back for its closing tables.

Most figures stand in the status; the course of the training stands in the manifests. What is not
there, or cannot be read, is left out: a table with a gap is better than none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hone.api.status import JobStatus
from hone.terminal.figures import values
from hone_trainer.contract.assignment import Artifact, StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.manifest import Manifest, parse


@dataclass(frozen=True)
class Findings:
    """What a job found out."""

    best_reachable: float | None = None
    """Accuracy of a model that knew the truth behind the data, where that is known."""
    history: tuple[tuple[Mapping[str, float], ...], ...] = ()
    """Figures after each epoch, one line per trained member."""
    kept: tuple[int | None, ...] = ()
    """Number of the epoch that each member kept."""
    compression: Mapping[str, float] | None = None
    """Figures of the float model and of the compressed one."""
    chosen: str = ""
    """What compression did, in a sentence."""
    test: Mapping[str, float] | None = None
    """Figures on the test part."""
    unknown: tuple[str, ...] = ()
    """Figures on the test part that cannot be known."""
    gates: tuple[tuple[str, bool], ...] = ()
    """Gates of the evaluation, and whether each was passed."""


def find(status: JobStatus, uri: str) -> Findings:
    """Read what the finished stages of a job left in its artifact store."""
    by_kind = {stage.kind: stage for stage in status.stages if stage.state == "Succeeded"}
    metrics = {kind: values(stage.metrics) for kind, stage in by_kind.items()}
    trained = by_kind["train"].gangs if "train" in by_kind else ()
    manifests = tuple(read(uri, gang.manifest) for gang in trained)
    tested = by_kind["evaluate"].gangs[0].manifest if "evaluate" in by_kind else None
    evaluation = _evaluation(read(uri, tested))
    return Findings(
        best_reachable=metrics.get("prepare", {}).get("bestReachableAccuracy"),
        history=tuple(_history(manifest) for manifest in manifests),
        kept=tuple(manifest.facts.get("keptEpoch") if manifest else None for manifest in manifests),
        compression=metrics.get("compress"),
        chosen=by_kind["compress"].message if "compress" in by_kind else "",
        test=metrics.get("evaluate"),
        unknown=tuple(evaluation.get("gaps", ())),
        gates=_gates(evaluation),
    )


def read(uri: str, artifact: Artifact | None) -> Manifest | None:
    """Read a manifest; None where there is none that can be read."""
    if artifact is None:
        return None
    try:
        return parse(open_store(Store(uri=uri)).fetch(artifact), artifact.uri)
    except (StageFailure, ImportError):
        return None


def _history(manifest: Manifest | None) -> tuple[Mapping[str, float], ...]:
    found: Any = manifest.facts.get("history", ()) if manifest else ()
    if not isinstance(found, Sequence):
        return ()
    return tuple(epoch for epoch in found if isinstance(epoch, Mapping))


def _evaluation(manifest: Manifest | None) -> Mapping[str, Any]:
    found = manifest.facts.get("evaluation", {}) if manifest else {}
    return found if isinstance(found, Mapping) else {}


def _gates(evaluation: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    verdicts = evaluation.get("verdicts", ())
    return tuple((str(v.get("text", "")), bool(v.get("passed"))) for v in verdicts)
