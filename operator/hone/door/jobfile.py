"""From a file to a job, or to a message that says which field is wrong and what helps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hone.api import API_VERSION, KIND
from hone.api.dialect import ByHand
from hone.api.faults import faults
from hone.api.job import OptimizationJob
from hone.api.whereabouts import unknown
from hone.door.documents import Unreadable, called, documents

TOP = ("apiVersion", "kind", "metadata", "spec", "status")
METADATA = (
    *("name", "generateName", "namespace", "labels", "annotations", "finalizers", "uid"),
    *("ownerReferences", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
    *("generation", "managedFields", "resourceVersion", "selfLink"),
)
"""What stands in the metadata of any resource, as ``kubectl get`` gives it."""


class WrongFile(Exception):
    """The file is not a job that anybody can run; the text says where and what helps."""


def read(path: Path) -> dict[str, Any]:
    """Read the one OptimizationJob of a file, or of standard input.

    Raises:
        WrongFile: it cannot be read, or it is not a valid OptimizationJob.
    """
    name = called(path)
    raw = _document(path, name)
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if raw.get(key) != wanted:
            said = f"found {str(raw[key])[:60]}" if key in raw else "missing"
            raise WrongFile(f"{name}: {key}: {said}; write `{key}: {wanted}`")
    check(raw, name)
    return raw


def check(raw: dict[str, Any], name: str) -> OptimizationJob:
    """Read a job; raise ``WrongFile`` where it does not keep the schema.

    Args:
        raw: the job.
        name: what messages call it.
    """
    meta = raw.get("metadata")
    if not isinstance(meta, dict) or not meta.get("name"):
        raise WrongFile(f"{name}: metadata.name: missing; give the job a name")
    strange = list(_strangers(raw, meta))
    try:
        job = OptimizationJob.read(raw)
    except ValidationError as error:
        strange += [_placed(fault) for fault in faults(error, OptimizationJob)]
    if strange:
        found = "\n".join(f"  {fault}" for fault in strange)
        raise WrongFile(f"{name} is not a valid {KIND}:\n{found}")
    return job


def _strangers(raw: dict[str, Any], meta: dict[str, Any]) -> Iterator[str]:
    """Find fields that no resource of Kubernetes has; the models say so of the spec."""
    for at, known, given in (("", TOP, raw), ("metadata.", METADATA, meta)):
        yield from (f"{at}{key}: {unknown(key, known)}" for key in given if key not in known)


def _document(path: Path, name: str) -> dict[str, Any]:
    try:
        found = documents(path, ByHand)
    except OSError as error:
        raise WrongFile(f"{name}: {error.strerror or error}; name a job file") from None
    except Unreadable as wrong:
        raise WrongFile(f"{name}: {wrong}") from None
    if len(found) != 1:
        number = f"{len(found)} documents" if found else "nothing"
        raise WrongFile(f"{name}: put exactly one {KIND} in it; found {number}")
    if not isinstance(found[0], dict):
        raise WrongFile(f"{name}: put an {KIND} in it; found no `key: value` pairs at its top")
    return dict(found[0])


def _placed(fault: str) -> str:
    """Return the path of a fault as the file has it: the name stands under metadata there."""
    return fault if fault.startswith("spec") else f"metadata.{fault}"
