"""One input of a request: from what was sent to a column of values, each checked on the way."""

from __future__ import annotations

from itertools import chain
from typing import Any

import msgspec

from hone_serving.description import Input
from hone_serving.server.oip.datatypes import BEST, DATATYPES, Datatype
from hone_serving.server.oip.packing import unpack
from hone_serving.server.refusal import short, wrong

BINARY = "binary_data_size"


class Tensor(msgspec.Struct):
    """An input as it stands in the JSON of a request."""

    name: str
    datatype: str
    shape: list[int]
    data: msgspec.Raw = msgspec.Raw(b"")
    parameters: dict[str, Any] = {}  # msgspec gives each a dict of its own

    @property
    def binary(self) -> int | None:
        """How many bytes behind the JSON are its values; None where they stand in the JSON."""
        size = self.parameters.get(BINARY)
        if size is None:
            return None
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            place = f"input {self.name!r}: parameters.{BINARY}"
            raise wrong(f"{place}: {short(str(size))}: give a number of bytes")
        return size


def column(tensor: Tensor, known: Input, data: memoryview | None) -> list[Any]:
    """Return the value of each row: a list of texts for sequences, otherwise one value.

    Args:
        tensor: the input.
        known: what the model says of it.
        data: its bytes, where it did not come as JSON.
    """
    datatype = _datatype(tensor, known)
    if data is not None:
        if tensor.data:
            raise wrong(f"input {known.name!r} has data and {BINARY}: give one of them")
        values = unpack(datatype, data, known.name)
    elif tensor.data:
        values = _parse(tensor, datatype)
    else:
        raise wrong(f"input {known.name!r} has no data: give a list of values")
    return _shaped(values, tensor, known)


def _datatype(tensor: Tensor, known: Input) -> Datatype:
    found = DATATYPES.get(tensor.datatype)
    best = BEST[known.kind]
    if found is None:
        raise wrong(f"input {known.name!r}: datatype {short(tensor.datatype)!r}: send {best}")
    if known.kind not in found.kinds:
        raise wrong(f"input {known.name!r} is a {known.kind}, not {found.word}: send {best}")
    return found


def _parse(tensor: Tensor, datatype: Datatype) -> list[Any]:
    raw = bytes(tensor.data)
    try:
        if raw[1:].lstrip()[:1] != b"[":
            flat: list[Any] = datatype.flat.decode(raw)
            return flat
        rows: list[list[Any]] = datatype.nested.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        message = f"input {tensor.name!r}: data: {error}"
        raise wrong(
            f"{message}: give a list of {datatype.word} in the shape that is said"
        ) from None
    width = tensor.shape[1] if len(tensor.shape) == 2 else 1
    if any(len(row) != width for row in rows):
        raise _disagreement(tensor, f"rows of {sorted({len(row) for row in rows})[:3]} values")
    return list(chain.from_iterable(rows))


def _shaped(values: list[Any], tensor: Tensor, known: Input) -> list[Any]:
    shape = tensor.shape
    width = shape[1] if len(shape) == 2 else 1
    sequence = known.kind == "sequence"
    if len(shape) not in (1, 2) or shape[0] < 0 or width < 1 or (width > 1 and not sequence):
        wanted = "[rows, length], with '' behind the end" if sequence else "[rows] or [rows, 1]"
        raise wrong(f"input {known.name!r}: shape {short(str(shape))}: send {wanted}")
    if len(values) != shape[0] * width:
        raise _disagreement(tensor, f"{len(values)} values")
    if not sequence:
        return values
    rows = (values[start : start + width] for start in range(0, len(values), width))
    return [[str(value) for value in row if value not in (None, "")] for row in rows]


def _disagreement(tensor: Tensor, held: str) -> Exception:
    shape = short(str(tensor.shape))
    return wrong(f"input {tensor.name!r}: shape {shape} and data of {held} do not agree")
