"""A pod template's share of a stage: where its pods run, and what its one container is."""

from dataclasses import dataclass
from typing import Any

from hone.migrate import containers
from hone.migrate.containers import Program
from hone.migrate.losses import POD
from hone.migrate.notes import STAGE, Note, check, dropped
from hone.migrate.reading import Rule, Share, entries, fold, named, pairs, same, silent
from hone.migrate.security import security
from hone.migrate.volumes import volumes


@dataclass(frozen=True)
class Template:
    """What is read of a pod template."""

    settings: dict[str, Any]
    program: Program
    notes: tuple[Note, ...]


def read(raw: Any, path: str, command: tuple[str, ...] | None = None) -> Template:
    """Read the pod template of a role.

    Args:
        raw: as the TFJob has it.
        path: where it stands.
        command: for containers that leave it to their image; None where nobody says it.

    Raises:
        CannotConvert: no container in it can be the one that trains, or nobody knows what it runs.
    """
    template = pairs(raw, path)
    spec = f"{path}.spec"
    pod = pairs(template.get("spec"), spec)
    place, container = containers.chosen(pod, spec)
    program, said = containers.program(container, place, command)
    share = (
        _around(template, path)
        + fold(pod, spec, RULES, POD)
        + _others(pod, spec, place)
        + containers.settings(container, place)
        + volumes(pod.get("volumes"), container.get("volumeMounts"), spec, place)
        + security(
            pod.get("securityContext"),
            container.get("securityContext"),
            f"{spec}.securityContext",
            f"{place}.securityContext",
        )
    )
    return Template(dict(share.settings), program, share.notes + said)


def _others(pod: dict[str, Any], path: str, chosen: str) -> Share:
    text = (
        "a stage runs one container: have its command do the work of this one, or let a Deployment "
        "run it beside the job"
    )
    places = (place for place, _ in named(pod.get("containers"), f"{path}.containers"))
    return Share(notes=tuple(dropped(place, text) for place in places if place != chosen))


def _around(template: dict[str, Any], path: str) -> Share:
    labels = "pods carry the labels of Hone alone, hone.dev/job among them: select by these"
    annotations = (
        "pods carry no annotations: where one kept a sidecar away, have no sidecars injected into "
        "pods with the label app.kubernetes.io/managed-by=hone"
    )
    words = {"labels": labels, "annotations": annotations}
    metadata = pairs(template.get("metadata"), f"{path}.metadata")
    share = fold(metadata, f"{path}.metadata", {}, words | {"name": "pods get names from Hone"})
    rest = {key: value for key, value in template.items() if key not in ("metadata", "spec")}
    return share + fold(rest, path, {}, {})


def _tolerations(value: Any, path: str) -> Share:
    kept, notes = [], []
    for number, each in enumerate(entries(value, path)):
        found = pairs(each, f"{path}[{number}]")
        words = ("key", "operator", "value", "effect")
        kept.append({key: found[key] for key in words if found.get(key) not in (None, "")})
        text = "the taint is put up with for as long as the stage runs"
        notes += [dropped(f"{path}[{number}].{key}", text) for key in found if key not in words]
    return Share({"tolerations": kept}, tuple(notes))


def _secrets(value: Any, path: str) -> Share:
    return Share({"imagePullSecrets": [entry["name"] for _, entry in named(value, path)]})


def _labels(value: Any, path: str) -> Share:
    return Share({"nodeSelector": {key: str(text) for key, text in pairs(value, path).items()}})


def _account(value: Any, path: str) -> Share:
    """Read the account of the pods: it comes along, its token does not."""
    text = "no token of the API server is mounted: the account serves the cloud's identity alone"
    return Share({"serviceAccountName": value}, (check(path, text, f"{STAGE}.serviceAccountName"),))


RULES: dict[str, Rule] = {
    "containers": silent,
    "volumes": silent,
    "securityContext": silent,
    "nodeSelector": _labels,
    "tolerations": _tolerations,
    "imagePullSecrets": _secrets,
    "serviceAccount": _account,
    "serviceAccountName": _account,
    "priorityClassName": same("priorityClassName"),
    "runtimeClassName": same("runtimeClassName"),
}
