"""From pydantic's JSON schema to the structural schema of a CustomResourceDefinition."""

from typing import Any

from hone_trainer.contract.spec import OneOf, Spec

KEPT = (
    "description", "type", "format", "enum", "pattern", "default", "minimum", "maximum",
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
)  # fmt: skip
EXCLUSIVE = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def structural(model: type[Spec]) -> dict[str, Any]:
    """Return the structural schema of a model.

    Raises:
        ValueError: a list, map or string of the model carries no bound, so the API server's CEL
            cost estimator would refuse the whole definition.
    """
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return _convert(schema, schema.get("$defs", {}), models(model), model.__name__)


def models(model: type[Spec]) -> dict[str, type[Spec]]:
    """Return every model by its name: the schema knows names, the rules live on the classes."""
    found: dict[str, type[Spec]] = {}
    waiting: list[type[Spec]] = [Spec]
    while waiting:
        each = waiting.pop()
        found[each.__name__] = each
        waiting += each.__subclasses__()
    found[model.__name__] = model
    return found


def of_a_map(node: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of a map's values; None for what is no map."""
    # Keys that have a pattern are none of a structural schema: a rule has to say it again.
    extra = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
    return extra if isinstance(extra, dict) else None


def _convert(
    node: dict[str, Any], defs: dict[str, Any], models: dict[str, type[Spec]], path: str
) -> dict[str, Any]:
    node = _inline(node, defs)
    out = {key: node[key] for key in KEPT if key in node and node[key] is not None}
    if "description" in out:
        out["description"] = " ".join(out["description"].split())
    if "const" in node:
        out["enum"] = [node["const"]]
    if out.get("default") in ([], {}, ""):
        del out["default"]
    if "default" in out:
        out["default"] = _without_nulls(out["default"])
    for key, bound in EXCLUSIVE.items():
        if key in node:
            out[bound], out[key] = node[key], True
    if node.get("type") == "array":
        out["items"] = _convert(node["items"], defs, models, f"{path}[]")
    if node.get("type") == "object":
        out |= _object(node, defs, models, path)
    _bounded(out, path)
    return out


def _inline(node: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Replace references and optionals by what they stand for; the field's own words win."""
    if "anyOf" in node:
        options = [option for option in node["anyOf"] if option.get("type") != "null"]
        if len(options) != 1:
            raise ValueError(f"a union of several types has no structural schema: {options}")
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _inline(options[0] | rest, defs)
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _inline(defs[name] | {"title": name} | rest, defs) | {"title": name}
    return node


def _object(
    node: dict[str, Any], defs: dict[str, Any], models: dict[str, type[Spec]], path: str
) -> dict[str, Any]:
    if extra := of_a_map(node):
        return {"additionalProperties": _convert(extra, defs, models, f"{path}{{}}")}
    out: dict[str, Any] = {}
    if properties := node.get("properties"):
        out["properties"] = {
            name: _convert(child, defs, models, f"{path}.{name}")
            for name, child in properties.items()
        }
    if required := node.get("required"):
        out["required"] = required
    model = models.get(node.get("title", ""))
    if model and (rules := _rules(model)):
        out["x-kubernetes-validations"] = rules
    return out


def _rules(model: type[Spec]) -> list[dict[str, str]]:
    each = (rule for base in reversed(model.__mro__) for rule in vars(base).get("rules", ()))
    rules = [{"rule": rule.cel, "message": rule.message} for rule in each]
    if issubclass(model, OneOf):
        keys = list(model.kinds)
        count = f"[{', '.join(f'has(self.{key})' for key in keys)}].filter(x, x).size() == 1"
        rules.insert(0, {"rule": count, "message": f"set exactly one of {', '.join(keys)}"})
    return rules


def _bounded(out: dict[str, Any], path: str) -> None:
    free = {
        "array": "maxItems" not in out,
        "string": not {"maxLength", "enum", "format"} & out.keys(),
        "object": "additionalProperties" in out and "maxProperties" not in out,
    }
    if free.get(out.get("type", ""), False):
        raise ValueError(f"{path}: give it a bound (max_length)")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
