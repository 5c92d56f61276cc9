"""An inference request: JSON, and behind it the bytes of the tensors that came as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hone_serving.description import Description, Output
from hone_serving.server.oip.tensor import BINARY, Tensor, column
from hone_serving.server.question import Question, check_columns, stranger, top_of
from hone_serving.server.refusal import short, wrong

HEADER = "Inference-Header-Content-Length"
"""Names the length of the JSON where bytes follow it; in answers as well."""
REFUSED = Output("refused", ("refused",), "BYTES")
"""Said of each row beside what the model gives: why it is not answered, or nothing."""
Flags = dict[str, Any]


class Wish(msgspec.Struct):
    """An output that is asked for."""

    name: str
    parameters: Flags | None = None


class Request(msgspec.Struct):
    """The JSON of a request; other fields than these are passed over."""

    inputs: list[Tensor]
    outputs: list[Wish] | None = None
    id: str | None = None
    parameters: Flags | None = None


_DECODER = msgspec.json.Decoder(Request)


@dataclass(frozen=True)
class Asked:
    """A question, and how its answer is to be written."""

    question: Question
    outputs: tuple[tuple[Output, bool], ...]
    """Each with whether it is wanted as bytes."""
    id: str | None = None


def read(body: bytes, header: str | None, description: Description) -> Asked:
    """Return what a request asks.

    Args:
        body: all of it.
        header: what it says under ``HEADER``.
        description: the model that is asked.

    Raises:
        Refusal: it cannot be read, or asks for what the model does not have.
    """
    told, tail = _parts(body, header)
    request = _decode(told)
    columns = _columns(request.inputs, tail, description)
    counts = {name: len(values) for name, values in columns.items()}
    if len(set(counts.values())) > 1:
        told_apart = ", ".join(f"{name!r} has {count}" for name, count in counts.items())
        raise wrong(f"inputs hold as many rows each: {short(told_apart)}")
    count = next(iter(counts.values()), 0)
    if not count:
        raise wrong("inputs hold no row: send at least one")
    parameters = request.parameters or {}
    question = Question(columns, count, top_of(parameters))
    return Asked(question, _outputs(request, parameters, description), request.id)


def _parts(body: bytes, header: str | None) -> tuple[bytes, memoryview]:
    if header is None:
        return body, memoryview(b"")
    length = int(header) if header.isascii() and header.isdigit() and len(header) < 12 else -1
    if not 0 <= length <= len(body):
        message = f"{HEADER}: {short(header)}: give the length of the JSON"
        raise wrong(f"{message}, at most the body's {len(body)} bytes")
    return body[:length], memoryview(body)[length:]


def _decode(told: bytes) -> Request:
    try:
        return _DECODER.decode(told)
    except RecursionError:
        raise wrong("the request is nested too deeply: send inputs, flat or a list a row") from None
    except (msgspec.DecodeError, ValueError) as error:
        message = f"the request cannot be read: {error}"
        raise wrong(
            f'{message}: send {{"inputs": [{{"name", "datatype", "shape", "data"}}]}}'
        ) from None


def _columns(
    tensors: Sequence[Tensor], tail: memoryview, description: Description
) -> dict[str, list[Any]]:
    check_columns({each.name: each for each in tensors}, description)
    known = {each.name: each for each in description.inputs}
    columns: dict[str, list[Any]] = {}
    place = 0
    for tensor in tensors:
        if tensor.name in columns:
            raise wrong(f"input {tensor.name!r} is sent twice: send it once")
        size, data = tensor.binary, None
        if size is not None:
            if place + size > len(tail):
                message = f"input {tensor.name!r}: {BINARY} is {size}, and {len(tail) - place}"
                raise wrong(f"{message} bytes are left behind the JSON: see {HEADER}")
            data = tail[place : place + size]
            place += size
        columns[tensor.name] = column(tensor, known[tensor.name], data)
    if place != len(tail):
        raise wrong(f"{len(tail) - place} bytes behind the JSON belong to no input: say {BINARY}")
    return columns


def _outputs(
    request: Request, parameters: Mapping[str, Any], description: Description
) -> tuple[tuple[Output, bool], ...]:
    binary = parameters.get("binary_data_output") is True
    every = (*description.outputs, REFUSED)
    if not request.outputs:
        return tuple((each, binary) for each in every)
    known = {each.name: each for each in every}
    chosen: dict[str, tuple[Output, bool]] = {}
    for wish in request.outputs:
        if wish.name not in known:
            raise stranger(wish.name, list(known), "output")
        asked = (wish.parameters or {}).get("binary_data", binary) is True
        chosen[wish.name] = known[wish.name], asked
    return tuple(chosen.values())
