"""TensorFlow Serving's predict calls, as the page on its REST API has them.

Rows are objects under ``instances``, answered one by one under ``predictions``; or columns under
``inputs``, answered column by column under ``outputs``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hone_serving.description import Description
from hone_serving.model import Answer
from hone_serving.server.question import Question, Rows, check_columns, stranger, top_of, transposed
from hone_serving.server.refusal import short, wrong

SIGNATURES = ("", "serving_default")
EXAMPLE = '{"instances": [{column: value}]} or {"inputs": {column: [value]}}'
_ENCODE = msgspec.json.Encoder().encode


class Binary(msgspec.Struct, forbid_unknown_fields=True):
    """A text that was sent as bytes."""

    b64: str


One = str | int | float | bool | None
Value = str | int | float | bool | None | Binary | list[One | Binary]
Values = list[Value]
PLAIN = frozenset({str, int, float, bool, type(None)})


class Request(msgspec.Struct):
    """The body of a call; other fields than these are passed over."""

    instances: list[dict[str, Value]] | None = None
    inputs: dict[str, Values] | None = None
    signature_name: str | None = None
    parameters: dict[str, Any] | None = None


class Bare(msgspec.Struct):
    """The body for a model that reads one column: its name may be left out."""

    instances: Values | None = None
    inputs: Values | None = None
    signature_name: str | None = None
    parameters: dict[str, Any] | None = None


_DECODER, _BARE = msgspec.json.Decoder(Request), msgspec.json.Decoder(Bare)


def read(body: bytes, description: Description) -> tuple[Question, bool]:
    """Return what a call asks, and whether it is to be answered column by column.

    Raises:
        Refusal: it cannot be read, or asks for what the model does not have.
    """
    request = _decode(body, description)
    if request.signature_name not in (None, *SIGNATURES):
        name = short(str(request.signature_name))
        raise wrong(f"signature_name {name!r}: there is {SIGNATURES[1]!r} alone: leave it out")
    if request.instances is not None and request.inputs is None:
        rows = _by_row(request.instances, description)
    elif request.inputs is not None and request.instances is None:
        rows = _by_column(request.inputs, description)
    else:
        raise wrong(f"send {EXAMPLE}")
    if not rows:
        raise wrong("there is no row: send at least one")
    return Question(rows, top_of(request.parameters or {})), request.instances is None


def write(answers: Sequence[Answer], columnar: bool) -> bytes:
    """Return the body of the answer."""
    if not columnar:
        return _ENCODE({"predictions": answers})
    names = dict.fromkeys(name for answer in answers for name in answer)
    return _ENCODE({"outputs": {name: [answer.get(name) for answer in answers] for name in names}})


def _decode(body: bytes, description: Description) -> Request:
    try:
        return _DECODER.decode(body)
    except RecursionError:
        raise wrong(f"the request is nested too deeply: send {EXAMPLE}") from None
    except (msgspec.DecodeError, ValueError) as error:
        if len(description.inputs) == 1 and isinstance(error, msgspec.ValidationError):
            return _bare(body, description.inputs[0].name)
        raise wrong(f"the request cannot be read: {error}: send {EXAMPLE}") from None


def _bare(body: bytes, name: str) -> Request:
    try:
        bare = _BARE.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise wrong(f"the request cannot be read: {error}: send {EXAMPLE}") from None
    return Request(
        None if bare.instances is None else [{name: value} for value in bare.instances],
        None if bare.inputs is None else {name: bare.inputs},
        bare.signature_name,
        bare.parameters,
    )


def _by_row(instances: Sequence[Mapping[str, Value]], description: Description) -> Rows:
    known = description.columns
    for name in {name for row in instances for name in row}.difference(known):
        raise stranger(name, list(known), "instances: column")
    return [
        {
            name: value if type(value) in PLAIN else _plain(value, f"instances[{number}].{name}")
            for name, value in row.items()
        }
        for number, row in enumerate(instances)
    ]


def _by_column(inputs: Mapping[str, Values], description: Description) -> Rows:
    check_columns(inputs, description)
    count = len(next(iter(inputs.values()), ()))
    if odd := next((name for name, values in inputs.items() if len(values) != count), None):
        raise wrong(f"inputs.{odd}: columns hold as many values each: give {count}")
    columns = {
        name: [
            value if type(value) in PLAIN else _plain(value, f"inputs.{name}[{number}]")
            for number, value in enumerate(values)
        ]
        for name, values in inputs.items()
    }
    return transposed(columns)


def _plain(value: Any, place: str) -> Any:
    """Return a value with its texts as such, whatever they were sent as."""
    if isinstance(value, list):
        return [_plain(each, place) for each in value]
    if not isinstance(value, Binary):
        return value
    try:
        return base64.b64decode(value.b64, validate=True).decode()
    except (binascii.Error, ValueError):
        raise wrong(f"{short(place)}.b64: give UTF-8 text in base64") from None
