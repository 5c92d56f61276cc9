"""What pydantic finds wrong with a job, in words for whoever wrote it: the field and the remedy."""

import json
import re
from typing import Any

from pydantic import BaseModel, ValidationError

from hone.api import addresses, labels
from hone.api.dialect import meaning
from hone.api.pod_settings import IMAGE_PATTERN
from hone.api.quantity import QUANTITY
from hone.api.volumes import PATH_PATTERN
from hone.api.whereabouts import below, purpose, required, unknown
from hone_trainer.contract import patterns
from hone_trainer.contract.spec import keys, models

Step = str | int

FORMS = {
    patterns.DNS_PATTERN: f"{labels.SMALL}, with a letter first and no hyphen last",
    IMAGE_PATTERN: "must be the name of an image, without spaces",
    QUANTITY: "must be an amount such as 500m, 4Gi or 1",
    PATH_PATTERN: "must be an absolute path without a colon",
    **addresses.FORMS,
    **labels.FORMS,
    **patterns.FORMS,
}
"""Pattern -> what it asks for. What was given is not repeated: there may be a password in it."""

TYPES = {
    "missing": "missing",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "json_invalid": "must not be nested so deeply",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text; put it in quotes",
    "dict_type": "must hold `key: value` pairs",
    "model_type": "must hold `key: value` pairs",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
}
ECHOED = ("int", "float", "finite", "bool", "literal", "greater", "less")
"""Types of fault where saying what was found helps and gives nothing away."""
PAIRS = ("dict_type", "model_type")
"""Types of fault where a word may stand in the place of its record."""
LISTS = ("tuple_type", "list_type")
"""Types of fault where the only item may stand without its list."""
PLAIN = ("int", "float", "bool")
"""Types of fault where somebody may have put quotes around what needs none."""


def faults(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return the faults of what was read, each with the path of its field.

    Args:
        error: what pydantic says.
        model: the model that was read.
    """
    every = error.errors()
    found = []
    for each in every:
        place = each["loc"]
        below = any(len(e["loc"]) > len(place) and e["loc"][: len(place)] == place for e in every)
        if each["type"] == "too_short" and below:
            continue  # pydantic counts what could be read: the fault is in the items
        text = _text(each, model)
        if place[-1:] == ("[key]",):
            place, text = place[:-1], f"the key {text}"
        spot, _, rest = text.partition(": ")
        path = _path(place)
        field = re.split(r"[.\[]", spot)[0]
        if each["type"] == "value_error" and rest and field in _words(model, place):
            path, text = ".".join(part for part in (path, spot) if part), rest
        found.append(f"{path}: {text}")
    return found


def _text(fault: Any, model: type[BaseModel]) -> str:
    kind, given = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        *parent, name = fault["loc"]
        found = _at(model, parent)
        gone: dict[str, str] = {}
        for each in models(found):
            gone |= getattr(each, "gone", {})
        known = sorted(keys(found))
        return gone.get(str(name)) or unknown(str(name), known, below(found, str(name)))
    if kind == "missing":
        *parent, name = fault["loc"]
        told = purpose(_at(model, parent), str(name))
        return f"missing; give {told}" if told else "missing"
    if kind == "string_pattern_mismatch":
        pattern = fault["ctx"]["pattern"]
        return FORMS.get(pattern, f"must match {pattern}")
    if kind not in TYPES:
        return str(fault["msg"]).removeprefix("Value error, ")
    text = TYPES[kind].format(**fault.get("ctx", {}))
    if kind in PAIRS and isinstance(given, str) and keys(found := _at(model, fault["loc"])):
        return f"{text}; {_record(given, found)}"
    if kind in LISTS and isinstance(given, dict):
        text += ": put `- ` before each item"
    if kind.startswith(PLAIN) and isinstance(given, str) and not isinstance(meaning(given), str):
        text += ", without quotes"
    echo = kind.startswith(ECHOED) and isinstance(given, str | int | float)
    return f"{text}; found {json.dumps(given, ensure_ascii=False)[:40]}" if echo else text


def _record(given: str, annotation: Any) -> str:
    """Say how a record is written, of which a word stands in the place."""
    known, needed = sorted(keys(annotation)), required(annotation)
    if given in known:
        return f"write `{given}: {{}}`"
    if (places := below(annotation, given)) and places[0] in known:
        return f"write `{places[0]}: {{{given}: {{}}}}`"
    if len(needed) == 1:
        return f"write it behind its key, as in `{needed[0]}: …`"
    return f"known here: {', '.join(known)}"


def _path(place: tuple[Step, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).lstrip(".")


def _words(model: type[BaseModel], place: Any) -> set[str]:
    """Return the keys that may stand at a place of the model."""
    return set(keys(_at(model, place)))


def _at(model: type[BaseModel], place: Any) -> Any:
    here: Any = model
    for step in place:
        if isinstance(step, str):
            here = keys(here).get(step)
    return here
