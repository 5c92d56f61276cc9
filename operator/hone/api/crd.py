"""The CustomResourceDefinition, made from the models.

Pydantic's JSON schema becomes a structural schema as Kubernetes wants it: references and optionals
inlined, every default without nulls, the rules of each model as CEL. The models stay the only
place where a word is defined.
"""

from typing import Any

from hone.api import GROUP, KIND, PLURAL, VERSION, dialect
from hone.api.job import MUTABLE, NAME_LIMIT, JobSpec
from hone.api.schema import structural
from hone.api.status import JobStatus

GROWING = ("retry",)
"""Fields whose numbers may only be raised."""

COLUMNS = (
    ("Stage", "string", ".status.stage"),
    ("Progress", "string", ".status.progress"),
    ("Ready", "string", ".status.ready"),
    ("Restarts", "integer", ".status.restarts"),
    ("Reused", "string", ".status.reused"),
    ("Metric", "string", ".status.metric"),
    ("Age", "date", ".metadata.creationTimestamp"),
)


def crd() -> dict[str, Any]:
    """Return the CustomResourceDefinition as a plain object."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["hj"],
                "categories": ["hone"],
            },
            "versions": [_version()],
        },
    }


def render() -> str:
    """Return the file that is committed in crds/."""
    note = "# Made by `hone crd` from operator/hone/api; do not edit.\n"
    return note + dialect.write([crd()])


def _version() -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            {"name": name, "type": kind, "jsonPath": path} for name, kind, path in COLUMNS
        ],
        "schema": {"openAPIV3Schema": _root()},
    }


def _root() -> dict[str, Any]:
    spec = structural(JobSpec)
    spec["x-kubernetes-validations"] = [
        *spec.get("x-kubernetes-validations", []),
        *_immutable(spec),
    ]
    # Without a status an object counts as current for kstatus: a new job must not look finished.
    status = structural(JobStatus) | {"default": {"observedGeneration": -1}}
    return {
        "type": "object",
        "description": "An OptimizationJob takes raw shop data to a trained, fused, compressed and "
        "evaluated model.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
        "x-kubernetes-validations": [
            {
                "rule": f"self.metadata.name.size() <= {NAME_LIMIT}"
                " && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
                "message": f"metadata.name: use at most {NAME_LIMIT} characters: lower-case"
                " letters, digits and '-', a letter first (host names of pods carry it)",
            }
        ],
    }


def _immutable(spec: dict[str, Any]) -> list[dict[str, Any]]:
    always = set(spec.get("required", ()))
    always |= {name for name, schema in spec["properties"].items() if "default" in schema}
    rules = []
    for name in GROWING:
        message = f"spec.{name} only grows; give it a number above the last one"
        rules.append({"rule": f"self.{name} >= oldSelf.{name}", "message": message})
    for name in spec["properties"]:
        if name in MUTABLE:
            continue
        same = f"self.{name} == oldSelf.{name}"
        if name not in always:
            same = f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || {same})"
        message = f"spec.{name} cannot be changed; create another OptimizationJob instead"
        rules.append({"rule": same, "message": message})
    return rules
