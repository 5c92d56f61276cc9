"""TFJobs in three lines, and what is said about them in one."""

from collections.abc import Mapping
from typing import Any

from hone.migrate.notes import Note
from hone.migrate.tfjob import Converted, Wishes, convert

Raw = dict[str, Any]
ROLES = "spec.tfReplicaSpecs"
WORKER = f"{ROLES}.Worker"
POD = f"{WORKER}.template.spec"
BOX = f"{POD}.containers[tensorflow]"


def container(**more: Any) -> Raw:
    """A container that can be converted."""
    return {"name": "tensorflow", "image": "shop/train:1", "command": ["train"], **more}


def role(
    box: Mapping[str, Any] | None = None, pod: Mapping[str, Any] | None = None, **more: Any
) -> Raw:
    """A replica spec: keys of its container, of its pod, and its own."""
    return {"template": {"spec": {"containers": [container(**(box or {}))], **(pod or {})}}, **more}


def tfjob(specs: Mapping[str, Any] | None = None, **spec: Any) -> Raw:
    """A TFJob with these roles, one worker where none are given, and these words of its spec."""
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "TFJob",
        "metadata": {"name": "clicks"},
        "spec": {"tfReplicaSpecs": {"Worker": role()} if specs is None else dict(specs), **spec},
    }


def one(
    box: Mapping[str, Any] | None = None, pod: Mapping[str, Any] | None = None, **more: Any
) -> Converted:
    """What becomes of a TFJob of one worker."""
    return convert(tfjob({"Worker": role(box, pod, **more)}), Wishes())


def several(specs: Mapping[str, Any], **spec: Any) -> Converted:
    """What becomes of a TFJob with these roles."""
    return convert(tfjob(specs, **spec), Wishes())


def stage(done: Converted) -> Raw:
    """The one stage of the job."""
    (found,) = done.job["spec"]["stages"]
    return dict(found)


def custom(done: Converted) -> Raw:
    """What that stage runs."""
    return dict(stage(done)["custom"])


def notes(done: Converted, field: str) -> tuple[Note, ...]:
    """What is said about a field."""
    return tuple(note for note in done.notes if note.field == field)


def note(done: Converted, field: str) -> Note:
    """The one thing that is said about a field."""
    found = notes(done, field)
    assert len(found) == 1, [each.field for each in done.notes]
    return found[0]


def dropped(done: Converted) -> set[str]:
    """The fields that did not come along."""
    return {each.field for each in done.notes if each.kind == "dropped"}
