"""An inference request: JSON, and behind it the bytes of the tensors that came as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from hone_serving import model
from hone_serving.description import Description, Output
from hone_serving.server.oip.tensor import BINARY, Tensor, column
from hone_serving.server.question import Question, check_columns, stranger, top_of, transposed
from hone_serving.server.refusal import short, wrong

HEADER = "Inference-Header-Content-Length"
"""Names the length of the JSON where bytes follow it; in answers as well."""
REFUSED = Output(model.REFUSED, (model.REFUSED,), "BYTES")
"""Said of each row beside what the model gives: why it is not answered, or nothing."""
NOTHING = memoryview(b"")
Flags = dict[str, Any]
Wanted = tuple[tuple[Output, bool], ...]
"""Outputs, each with whether it is wanted as bytes."""


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


class Asked(NamedTuple):
    """A question, and how its answer is to be written."""

    question: Question
    outputs: Wanted
    tells: bool = True
    """Whether why rows are refused is among the outputs."""
    id: str | None = None


class Reader:
    """Reads what is asked of a model."""

    def __init__(self, description: Description) -> None:
        self._description = description
        every = (*description.outputs, REFUSED)
        self._known = {each.name: each for each in every}
        self._all: dict[bool, Wanted] = {
            binary: tuple((each, binary) for each in every) for binary in (False, True)
        }

    def read(self, body: bytes, header: str | None) -> Asked:
        """Return what a request asks.

        Args:
            body: all of it.
            header: what it says under ``HEADER``.

        Raises:
            Refusal: it cannot be read, or asks for what the model does not have.
        """
        told, tail = (body, NOTHING) if header is None else _parts(body, header)
        request = _decode(told)
        columns = _columns(request.inputs, tail, self._description)
        counts = set(map(len, columns.values()))
        if len(counts) > 1:
            held = ", ".join(f"{name!r} has {len(values)}" for name, values in columns.items())
            raise wrong(f"inputs hold as many rows each: {short(held)}")
        if not counts or 0 in counts:
            raise wrong("inputs hold no row: send at least one")
        parameters = request.parameters or {}
        question = Question(transposed(columns), top_of(parameters))
        binary = parameters.get("binary_data_output") is True
        if not request.outputs:
            return Asked(question, self._all[binary], id=request.id)
        chosen = self._chosen(request.outputs, binary)
        return Asked(question, chosen, REFUSED in dict(chosen), request.id)

    def _chosen(self, wishes: Sequence[Wish], binary: bool) -> Wanted:
        chosen: dict[str, tuple[Output, bool]] = {}
        for wish in wishes:
            if wish.name not in self._known:
                raise stranger(wish.name, list(self._known), "output")
            asked = (wish.parameters or {}).get("binary_data", binary) is True
            chosen[wish.name] = self._known[wish.name], asked
        return tuple(chosen.values())


def _parts(body: bytes, header: str) -> tuple[bytes, memoryview]:
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
    check_columns([each.name for each in tensors], description)
    known = description.columns
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
