"""Which documents of a file are TFJobs, and what helps with those that are not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hone.api import KIND
from hone.migrate.reading import entries, pairs
from hone.migrate.tfjob import GROUP, TFJOB

BY_HAND = "describe its pods as a custom stage by hand: docs/moving-from-tfjob.md has the fields"
OTHER_FRAMEWORK = "Hone trains with TensorFlow: leave it to the operator that runs it today"
REMEDIES = {
    "PyTorchJob": OTHER_FRAMEWORK,
    "XGBoostJob": OTHER_FRAMEWORK,
    "PaddleJob": OTHER_FRAMEWORK,
    "JAXJob": OTHER_FRAMEWORK,
    "MPIJob": "for TensorFlow, let workers of MultiWorkerMirroredStrategy exchange what MPI did, "
    f"and {BY_HAND}",
    "TrainJob": f"a TrainJob names a runtime that this file does not hold: {BY_HAND}",
    KIND: "it is one already: `hone plan` shows what it would create",
}
PODS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")
"""Kinds of Kubernetes that run something."""
ASIDE = "it runs nothing: apply it beside the new job, as before"
LISTS = ("List", f"{TFJOB}List")


@dataclass(frozen=True)
class Other:
    """A document that this command passes over."""

    name: str
    """Its kind and name."""
    remedy: str


def sort(documents: Iterable[Any]) -> tuple[list[dict[str, Any]], list[Other]]:
    """Return the TFJobs among documents, and the others; lists are opened.

    Raises:
        CannotConvert: a list holds what is no list.
    """
    found: list[dict[str, Any]] = []
    others: list[Other] = []
    for each in _opened(documents):
        if each.get("kind") == TFJOB and str(each.get("apiVersion", "")).startswith(GROUP):
            found.append(each)
        else:
            others.append(_other(each))
    return found, others


def _opened(documents: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for number, document in enumerate(documents):
        each = pairs(document, f"document {number + 1}")
        if each.get("kind") not in LISTS:
            yield each
            continue
        for place, item in enumerate(entries(each.get("items"), "items")):
            yield pairs(item, f"items[{place}]")


def _other(document: dict[str, Any]) -> Other:
    kind = document.get("kind")
    if not isinstance(kind, str):
        return Other("a document without a kind", f"write `kind: {TFJOB}`")
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    about = f"{kind} {name}" if name else kind
    if kind == TFJOB:
        return Other(about, f"write `apiVersion: {GROUP}v1`, if it is one of Kubeflow's")
    spec = document.get("spec")
    runs = kind in PODS or (isinstance(spec, dict) and "template" in spec)
    other = f"only a {TFJOB} says which pod has which role; {BY_HAND}" if runs else ASIDE
    return Other(about, REMEDIES.get(kind, other))
