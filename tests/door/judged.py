"""Runs that were judged: records with manifests beside them, in a store of the test's own."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from hone_trainer.contract.assignment import Artifact, Metric, Report, metric
from hone_trainer.contract.planned import Planned, PlannedStage
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.manifest import Manifest
from tests.trainer.runs.records import Pods

STAGES = (
    PlannedStage(name="data", kind="prepare"),
    PlannedStage(name="train", kind="train"),
    PlannedStage(name="check", kind="evaluate"),
)

MAKES = {"prepare": "dataset", "train": "model"}


def asked(epochs: int = 2, at_least: float = 0.9) -> dict[str, Any]:
    """What was asked for, as a record has it."""
    return {
        "seed": 0,
        "stages": [
            {"name": "data", "prepare": {}},
            {"name": "train", "train": {"epochs": epochs}},
            {"name": "check", "evaluate": {"require": [{"metric": "auc", "atLeast": at_least}]}},
        ],
    }


def judged(
    shelf: ArtifactStore,
    uid: str,
    auc: float,
    seconds: int = 0,
    rows: str = "a",
    namespace: str = "shop",
    history: Sequence[Mapping[str, float]] = (),
    page: bytes = b"",
    **spec: Any,
) -> None:
    """A complete run whose model has such an AUC, give or take .02; with the course of its training
    and the page of its evaluation, where they are given.
    """
    pods = Pods(shelf, uid, namespace=namespace)
    pods.seconds = seconds
    pods.planned = Planned(spec=asked(**spec), stages=STAGES)
    source = {"source": [{"uri": "clicks.csv", "rows": 1000, "sha256": rows * 64}]}
    _stage(pods, "data", source)
    _stage(pods, "train", {"history": history} if history else {})
    estimate = {"value": auc, "low": auc - 0.02, "high": auc + 0.02}
    figures = {"titles": {"auc": "AUC"}, "shipped": {"auc": estimate}}
    facts = {"evaluation": {"targets": {"clicked": figures}}}
    _stage(pods, "check", facts, metric("auc", auc), page=page)


def _stage(
    pods: Pods, name: str, facts: dict[str, Any], *metrics: Metric, page: bytes = b""
) -> None:
    keeper = pods.keeper(name)
    keeper.begin()
    kind = next(iter(keeper.task.run))
    told: dict[str, Any] = {"stage": name, "kind": kind, "makes": MAKES.get(kind), "facts": facts}
    made = Manifest(input_digest="", **told).encode()
    path = f"{keeper.task.prefix}/0/manifest.json"
    pods.store.put(path, made)
    report = Report(metrics=metrics, manifest=_itself("manifest", pods.store.uri(path), made))
    if page:
        pods.store.put(beside := path.replace("manifest.json", "report.html"), page)
        kept = _itself("report.html", pods.store.uri(beside), page)
        report = report.model_copy(update={"artifacts": (kept,)})
    keeper.end(report)


def _itself(name: str, uri: str, data: bytes) -> Artifact:
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(name=name, uri=uri, sha256=digest, size_bytes=len(data))
