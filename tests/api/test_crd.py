"""The definition: structural, bounded, small, and the same as the committed file."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from pydantic import Field

from hone.api import crd
from hone.api.schema import structural
from hone_trainer.contract.spec import OneOf, Spec

LIMIT = 200_000
"""Bytes of JSON: plain kubectl apply keeps the last version, so written, in an annotation, and all
annotations of an object have 256 KiB."""


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = [schema]
    for child in schema.get("properties", {}).values():
        found += nodes(child)
    for key in ("items", "additionalProperties"):
        if key in schema:
            found += nodes(schema[key])
    return found


made, rendered = cache(crd.crd), cache(crd.render)


def root_schema() -> dict[str, Any]:
    version = made()["spec"]["versions"][0]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return schema


def test_the_committed_file_is_fresh(root: Path) -> None:
    stored = (root / "crds" / "hone.dev_optimizationjobs.yaml").read_text()
    assert stored == rendered(), "run `make crd`"


def test_it_stays_small() -> None:
    assert len(json.dumps(made(), separators=(",", ":"))) < LIMIT


def test_every_field_is_explained() -> None:
    for part in ("spec", "status"):
        for node in nodes(root_schema()["properties"][part]):
            for name, child in node.get("properties", {}).items():
                assert child.get("description"), f"{name} has no docstring"


def test_nothing_is_left_of_json_schema_that_kubernetes_refuses() -> None:
    text = yaml.dump(made(), Dumper=yaml.CSafeDumper)
    for word in ("$ref", "anyOf", "$defs", "null", "const:", "prefixItems", "title:"):
        assert word not in text


def test_a_new_object_does_not_look_finished() -> None:
    assert root_schema()["properties"]["status"]["default"] == {"observedGeneration": -1}


def test_only_two_fields_may_change_and_one_may_grow() -> None:
    spec = root_schema()["properties"]["spec"]
    rules = [rule for rule in spec["x-kubernetes-validations"] if "oldSelf" in rule["rule"]]
    held = {rule["message"].split()[0]: "only grows" in rule["message"] for rule in rules}
    assert {f"spec.{name}" for name in spec["properties"]} - held.keys() == {
        "spec.suspend",
        "spec.ttlSecondsAfterFinished",
    }
    assert [name for name, grows in held.items() if grows] == ["spec.retry"]


def test_a_union_is_one_rule() -> None:
    class Inner(Spec):
        """Nothing."""

    class Either(OneOf):
        """One of two."""

        left: Inner | None = None
        """Left."""
        right: Inner | None = None
        """Right."""

    rules = structural(Either)["x-kubernetes-validations"]
    assert rules[0]["message"] == "set exactly one of left, right"


@pytest.mark.parametrize("kind", [tuple[int, ...], dict[str, int], str])
def test_what_has_no_bound_is_refused_here_rather_than_by_the_api_server(kind: Any) -> None:
    class Unbound(Spec):
        field: kind

    with pytest.raises(ValueError, match=r"field.*bound"):
        structural(Unbound)


def test_bounds_below_and_above() -> None:
    class Bounded(Spec):
        share: Annotated[float, Field(gt=0, le=1)]

    share = structural(Bounded)["properties"]["share"]
    assert (share["minimum"], share["exclusiveMinimum"], share["maximum"]) == (0, True, 1)
