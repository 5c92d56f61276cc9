"""A committed data set: shards in Arrow IPC files, a schema, and how to read them as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hone_trainer.words import Words

Part = Literal["train", "validation", "test"]


class Field(Words):
    """A column as the model sees it."""

    name: str
    kind: Literal["id", "number", "label"]
    length: int = 1
    """Positions of an id sequence."""
    size: int = 0
    """Rows of an id column's embedding table: 0 = padding, 1 = unseen, known ids from 2."""


class Schema(Words):
    """The columns of a data set."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Rows:
    """Rows in memory.

    features: column name -> array; ids (rows, length) int32, numbers (rows, 1) float32.
    labels: (rows, 1) float32 of 0 and 1.
    """

    features: dict[str, NDArray[np.generic]]
    labels: NDArray[np.float32]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.labels)


class Dataset:
    """The committed output of a prepare stage."""

    schema: Schema

    def read(self, part: Part, member: int = 0, members: int = 1) -> Rows:
        """Read a part, or the rows of it that belong to one of several members.

        The members' rows are disjoint and together all rows; validation and test are never divided.
        """
        raise NotImplementedError
