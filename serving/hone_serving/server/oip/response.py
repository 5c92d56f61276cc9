"""The answer to an inference request: answers of rows as tensors, in JSON or as bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from hone_serving.description import Description, Output
from hone_serving.model import Answer
from hone_serving.server.oip.datatypes import DATATYPES
from hone_serving.server.oip.packing import pack
from hone_serving.server.oip.request import REFUSED, Asked
from hone_serving.server.oip.tensor import BINARY

MISSING: Mapping[str, Any] = {"BOOL": False, "INT64": 0, "FP64": None, "BYTES": ""}
"""What stands for a row that is refused, or behind the end of a list: no probability of 0."""
_ENCODE = msgspec.json.Encoder().encode


class Written(NamedTuple):
    """The body of an answer; ``header`` is the length of its JSON, where bytes follow."""

    body: bytes
    header: int | None = None


def write(answers: Sequence[Answer], asked: Asked, description: Description) -> Written:
    """Return the body of the answer.

    That a row is refused is said even where the request names outputs and leaves that one out.
    """
    wanted = asked.outputs
    if not asked.tells and any(REFUSED.name in answer for answer in answers):
        wanted = (*wanted, (REFUSED, False))
    tensors: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for output, binary in wanted:
        values, shape = _values(answers, output)
        tensor: dict[str, Any] = {
            "name": output.name,
            "datatype": output.datatype,
            "shape": shape,
        }
        if binary:
            parts.append(pack(DATATYPES[output.datatype], values))
            tensor["parameters"] = {BINARY: len(parts[-1])}
        else:
            tensor["data"] = values
        tensors.append(tensor)
    head = {"model_name": description.name, "model_version": description.version}
    if asked.id is not None:
        head["id"] = asked.id
    told = _ENCODE({**head, "outputs": tensors})
    return Written(b"".join((told, *parts)), len(told)) if parts else Written(told)


def _values(answers: Sequence[Answer], output: Output) -> tuple[list[Any], list[int]]:
    """Return the values of an output, and its shape; lists as long as the longest."""
    missing = MISSING[output.datatype]
    first, *rest = output.path
    found = [answer.get(first) for answer in answers]
    if rest:
        found = [pick(value, rest) for value in found]
    if len(output.shape) == 1:
        return [missing if value is None else value for value in found], [len(found)]
    rows = [row or [] for row in found]
    width = max(map(len, rows))
    filled = [
        missing if place >= len(row) or row[place] is None else row[place]
        for row in rows
        for place in range(width)
    ]
    return filled, [len(rows), width]


def pick(value: Any, path: Sequence[str]) -> Any:
    """Return what a value holds under a path: beyond a list, of each of its members."""
    for place, name in enumerate(path):
        if isinstance(value, list):
            if place + 1 == len(path):
                return [each.get(name) for each in value]
            return [pick(each, path[place:]) for each in value]
        value = None if value is None else value.get(name)
    return value
