"""The metadata of a job and of its children, as they are stored."""

from typing import Any

from hone.plan import names
from hone.plan.names import INDEX, Place

PLACE = Place("train", 1, "worker", 2)
NAME = names.child("demo", PLACE)
RAW: dict[str, Any] = {"metadata": {"name": "demo", "uid": "uid-1"}}
OWNER = {"kind": "OptimizationJob", "name": "demo", "uid": "uid-1", "controller": True}
MAKER = {"kind": "Job", "name": NAME, "uid": "uid-of-job", "controller": True}


def job_meta(**change: Any) -> dict[str, Any]:
    """Of a Job; what is None is left out."""
    meta = {
        "name": NAME,
        "uid": "uid-of-job",
        "labels": {names.UID: "uid-1", **PLACE.labels()},
        "ownerReferences": [OWNER],
        **change,
    }
    return {key: value for key, value in meta.items() if value is not None}


def pod_meta(**change: Any) -> dict[str, Any]:
    """Of a pod; what is None is left out."""
    meta = {
        "name": f"{NAME}-3-abcde",
        "uid": "uid-of-pod",
        "labels": {names.UID: "uid-1", **PLACE.labels(), INDEX: "3"},
        "ownerReferences": [MAKER],
        **change,
    }
    return {key: value for key, value in meta.items() if value is not None}
