"""Every word of a job, as one page: made from the models, so that it cannot say anything else."""

from collections.abc import Iterator
from typing import Any

import yaml

from hone.api import API_VERSION, KIND
from hone.api.faults import FORMS
from hone.api.job import JobSpec
from hone.api.outcome import Outcome
from hone.api.run_outcome import Clearing, Exported, RunComparison, RunDetails, RunList
from hone.api.schema import models, of_a_map
from hone_trainer.contract.spec import OneOf, Spec

Schema = dict[str, Any]

HEAD = f"""# Every word of a job

<!-- Made by `hone reference` from the models; do not edit. -->

The `spec` of an `{KIND}` (`{API_VERSION}`), beginning with [JobSpec](#jobspec).
`kubectl explain optimizationjobs.hone.dev.spec` says the same. A **bold** field has to be given.
Where a record is a *choice*, exactly one of the fields marked ○ is set: the key is the kind.
"""
OUTPUT = """# What `hone run --output json` says

The last line of standard output is one [Outcome](#outcome) in JSON; all that people read goes to
standard error. Fields may be added; none is renamed, and none changes its unit.
"""
RUNS = """# What commands about runs say with `-o json`

One object on standard output: a [RunList](#runlist) of `hone runs`, a [RunDetails](#rundetails) of
`hone show`, a [RunComparison](#runcomparison) of `hone compare`, a [Clearing](#clearing) of `hone
clean`, an [Exported](#exported) of `hone export`. Times are in RFC 3339. Fields may be added; none
is renamed, and none changes its unit.
"""
BOUNDS = (
    ("exclusiveMinimum", "> {}"),
    ("minimum", "≥ {}"),
    ("exclusiveMaximum", "< {}"),
    ("maximum", "≤ {}"),
    ("minItems", "at least {}"),
    ("maxItems", "at most {}"),
    ("maxProperties", "at most {}"),
    ("maxLength", "≤ {} characters"),
)


def page() -> str:
    """Return the page in Markdown: a section per record, in the order in which they are met."""
    job, output = list(_sections(JobSpec)), list(_sections(Outcome))
    runs = [
        each
        for first in (RunList, RunDetails, RunComparison, Clearing, Exported)
        for each in _sections(first)
    ]
    told = dict.fromkeys([HEAD, *job, OUTPUT, *output, RUNS, *runs])  # what several hold, once
    return "\n".join(told)


def _sections(first: type[Spec]) -> Iterator[str]:
    schema = first.model_json_schema(by_alias=True)
    records = {first.__name__: schema, **schema.get("$defs", {})}
    classes = models(first)
    order: list[str] = []
    _meet(first.__name__, records, order)
    told = {name: str(record.get("description", "")) for name, record in records.items()}
    yield from (_section(name, records[name], classes[name], told) for name in order)


def _meet(name: str, records: dict[str, Schema], order: list[str]) -> None:
    if name not in order:
        order.append(name)
        for inner in _references(records[name].get("properties", {})):
            _meet(inner, records, order)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _section(name: str, record: Schema, model: type[Spec], told: dict[str, str]) -> str:
    """Return a section; ``told`` describes records, for fields that say nothing themselves."""
    lines = [f"## {name}", "", _line(record.get("description", "")), ""]
    kinds = model.kinds if issubclass(model, OneOf) else {}
    if kinds:
        lines += ["A choice.", ""]
    lines += [f"- {rule.message}" for rule in model.rules] + [""] * bool(model.rules)
    properties = record.get("properties", {})
    if not properties:
        return "\n".join([*lines, "It has no fields: write `{}`.", ""])
    lines += ["| field | type | default | bounds | |", "|---|---|---|---|---|"]
    for key, field in properties.items():
        node = _plain(field)
        title = f"**{key}**" if key in record.get("required", ()) else key
        cells = (
            f"○ {title}" if key in kinds else title,
            _type(node),
            _default(field),
            _bounds(node),
            _line(field.get("description") or told.get(_target(node), "")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _plain(node: Schema) -> Schema:
    """Return what an optional field is, where it is given."""
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    return options[0] if options else node


def _type(node: Schema) -> str:
    if name := _target(node):
        return f"[{name}](#{name.lower()})"
    if "enum" in node or "const" in node:
        values = node.get("enum", [node.get("const")])
        return " or ".join(f"`{each}`" if each else "empty" for each in values)
    if node.get("x-kubernetes-int-or-string"):
        return "amount"
    if node.get("type") == "array":
        return f"list of {_type(_plain(node['items']))}"
    if node.get("type") == "object":
        inner = of_a_map(node)
        return f"map of {_type(_plain(inner))}" if inner else "map"
    return {"string": "text", "integer": "whole number"}.get(node["type"], str(node["type"]))


def _target(node: Schema) -> str:
    return str(node.get("$ref", "")).rpartition("/")[2]


def _default(field: Schema) -> str:
    value = _given(field.get("default"))
    if value in (None, [], {}, ""):
        return ""
    if isinstance(value, str):
        return f"`{value}`" if value.strip() else "a space"
    text = yaml.safe_dump(value, default_flow_style=True).split("\n")[0]
    return f"`{text}`"


def _given(value: Any) -> Any:
    """Leave out what nobody has set."""
    if isinstance(value, dict):
        return {key: _given(inner) for key, inner in value.items() if inner is not None}
    return value


def _bounds(node: Schema) -> str:
    found = [text.format(node[key]) for key, text in BOUNDS if key in node]
    if "pattern" in node:
        found.append(str(FORMS.get(node["pattern"])).removeprefix("must be "))
    return _line(", ".join(found))


def _line(text: str) -> str:
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")
