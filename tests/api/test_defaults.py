"""The schema and the models agree: what the API server fills in is what the models would."""

import json
from typing import Any

import pytest

from hone.api.crd import crd
from hone.api.job import JobSpec
from tests.api.right_spec import RIGHT

SPEC: dict[str, Any] = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][
    "spec"
]


def filled(schema: dict[str, Any], value: Any) -> Any:
    """Fill in defaults as the API server does."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        out = {k: filled(properties.get(k, {}), v) for k, v in value.items()}
        for name, child in properties.items():
            if name not in out and "default" in child:
                out[name] = filled(child, json.loads(json.dumps(child["default"])))
        return out
    if isinstance(value, list):
        return [filled(schema.get("items", {}), each) for each in value]
    return value


def test_filling_in_changes_nothing_for_the_models() -> None:
    assert JobSpec.model_validate(filled(SPEC, RIGHT)) == JobSpec.model_validate(RIGHT)


def test_filling_in_twice_is_filling_in_once() -> None:
    once = filled(SPEC, RIGHT)
    assert filled(SPEC, once) == once


def test_what_the_models_write_the_schema_knows() -> None:
    def unknown(schema: dict[str, Any], value: Any, path: str) -> list[str]:
        if isinstance(value, dict) and "properties" in schema:
            found = []
            for key, child in value.items():
                if key not in schema["properties"]:
                    found.append(f"{path}.{key}")
                else:
                    found += unknown(schema["properties"][key], child, f"{path}.{key}")
            return found
        if isinstance(value, list):
            return [u for each in value for u in unknown(schema.get("items", {}), each, path)]
        return []

    assert not unknown(SPEC, JobSpec.model_validate(RIGHT).dump(), "spec")


def leaves(schema: dict[str, Any], path: str = "spec") -> list[tuple[str, dict[str, Any]]]:
    """Return every field that is neither a list nor an object, with its path."""
    if "properties" in schema:
        items = schema["properties"].items()
        return [leaf for name, child in items for leaf in leaves(child, f"{path}.{name}")]
    if schema.get("type") == "array":
        return leaves(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        return leaves(schema["additionalProperties"], f"{path}{{}}")
    return [(path, schema)]


NUMBERS = [(p, s) for p, s in leaves(SPEC) if s.get("type") in ("integer", "number")]


@pytest.mark.parametrize(("path", "schema"), NUMBERS, ids=[path for path, _ in NUMBERS])
def test_every_number_is_bounded_on_both_sides(path: str, schema: dict[str, Any]) -> None:
    assert "minimum" in schema, path
    assert "maximum" in schema, path
    if "default" in schema:
        assert schema["minimum"] <= schema["default"] <= schema["maximum"]


def test_every_list_is_bounded() -> None:
    def lists(schema: dict[str, Any]) -> list[dict[str, Any]]:
        own = [schema] if schema.get("type") == "array" else []
        below = [*schema.get("properties", {}).values()]
        below += [schema[k] for k in ("items", "additionalProperties") if k in schema]
        return own + [found for child in below for found in lists(child)]

    assert all(found["maxItems"] <= 1024 for found in lists(SPEC))
