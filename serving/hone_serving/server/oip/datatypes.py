"""The protocol's datatypes: what each is in JSON, as bytes, and which columns may be sent as it.

Values are checked while they are read. numpy casts in silence: ``"1.5"`` to 1.5, ``true`` to 1.0,
3e9 as int32 to an error that is no ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import msgspec

from hone_serving.description import Kind


@dataclass(frozen=True)
class Datatype:
    """One of the protocol's datatypes."""

    word: str
    kinds: frozenset[Kind]
    """Columns that may be sent as it."""
    value: Any
    """Type of a value in JSON."""
    code: str | None
    """numpy's name of its bytes; None for what has no fixed size."""

    @cached_property
    def flat(self) -> msgspec.json.Decoder[Any]:
        """Reads a list of values; null is a missing one."""
        return msgspec.json.Decoder(list[self.value | None])  # type: ignore[name-defined]

    @cached_property
    def nested(self) -> msgspec.json.Decoder[Any]:
        """Reads a list of such lists."""
        return msgspec.json.Decoder(list[list[self.value | None]])  # type: ignore[name-defined]


ALL: frozenset[Kind] = frozenset({"text", "number", "time", "sequence"})
NUMBERS: frozenset[Kind] = frozenset({"number"})
WORDS: frozenset[Kind] = frozenset({"text", "time", "sequence"})


def _whole(bits: int, signed: bool) -> Any:
    low = -(2 ** (bits - 1)) if signed else 0
    high = 2 ** (bits - signed) - 1
    # msgspec's bounds are 64-bit numbers themselves.
    return Annotated[int, msgspec.Meta(ge=low, le=min(high, 2**63 - 1))]


DATATYPES: Mapping[str, Datatype] = {
    each.word: each
    for each in (
        Datatype("BOOL", ALL, bool, "?"),
        *(Datatype(f"UINT{n}", ALL, _whole(n, False), f"<u{n // 8}") for n in (8, 16, 32, 64)),
        *(Datatype(f"INT{n}", ALL, _whole(n, True), f"<i{n // 8}") for n in (8, 16, 32, 64)),
        *(Datatype(f"FP{n}", NUMBERS, float, f"<f{n // 8}") for n in (16, 32, 64)),
        Datatype("BYTES", WORDS, str, None),
    )
}
BEST: Mapping[Kind, str] = {"text": "BYTES", "number": "FP64", "time": "BYTES", "sequence": "BYTES"}
"""As which datatype a column is best sent: what the metadata say."""
