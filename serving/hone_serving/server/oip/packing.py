"""Tensors as bytes: the protocol's binary extension, which tritonclient uses unless told otherwise.

Numbers are little-endian. A text is its length in four bytes and its UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hone_serving.server.oip.datatypes import Datatype
from hone_serving.server.refusal import wrong

_LENGTH = struct.Struct("<I")


def unpack(datatype: Datatype, data: memoryview, name: str) -> list[Any]:
    """Return the values of a tensor.

    Args:
        datatype: what they are.
        data: their bytes.
        name: the input, for messages.
    """
    if datatype.code is None:
        return list(_texts(data, name))
    size = np.dtype(datatype.code).itemsize
    if len(data) % size:
        message = f"input {name!r}: {len(data)} bytes are no whole number of {datatype.word}"
        raise wrong(f"{message}, which take {size} each")
    values: list[Any] = np.frombuffer(data, datatype.code).tolist()
    return values


def _texts(data: memoryview, name: str) -> Iterator[str]:
    place = 0
    while place < len(data):
        start = place + _LENGTH.size
        length = _LENGTH.unpack_from(data, place)[0] if start <= len(data) else len(data)
        place = start + length
        if place > len(data):
            remedy = "write each text as its length in four bytes, little-endian, and its bytes"
            raise wrong(f"input {name!r}: the bytes end within a text: {remedy}")
        try:
            yield str(data[start:place], "utf-8")
        except UnicodeDecodeError:
            raise wrong(f"input {name!r}: a text is not UTF-8: encode it so") from None


def pack(datatype: Datatype, values: Sequence[Any]) -> bytes:
    """Return the bytes of a tensor; a missing number is NaN."""
    if datatype.code is None:
        texts = [str(value).encode() for value in values]
        return b"".join(part for text in texts for part in (_LENGTH.pack(len(text)), text))
    return np.array(values, datatype.code).tobytes()
