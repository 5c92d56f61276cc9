"""What is known of the items that may be answers, besides who met them: constant, one row an item.

As JSON, ids are packed: a shop has many items, and this stands in several files.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.field import Field


@dataclass(frozen=True, eq=False)
class Described:
    """Fields of items, and their ids."""

    fields: tuple[Field, ...] = ()
    ids: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    """Field -> (items, length), in the order of the target's keys."""

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {each.name: [each.dump(), _packed(self.ids[each.name])] for each in self.fields}

    @classmethod
    def read(cls, row: dict[str, Any]) -> Described:
        """Read the JSON form."""
        fields = tuple(Field.model_validate(each) for each, _ in row.values())
        packed = (each for _, each in row.values())
        ids = (_unpacked(p, each.length) for p, each in zip(packed, fields, strict=True))
        return cls(fields, dict(zip(row, ids, strict=True)))


def _packed(ids: NDArray[np.int32]) -> str:
    return base64.b85encode(zlib.compress(np.ascontiguousarray(ids, "<i4").tobytes())).decode()


def _unpacked(text: str, length: int) -> NDArray[np.int32]:
    found = np.frombuffer(zlib.decompress(base64.b85decode(text)), "<i4")
    return found.reshape(-1, length).astype(np.int32)
