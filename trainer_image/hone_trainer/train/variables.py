"""The variables of a training as chunked arrays, to be saved and put back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hone_trainer.store.chunked_array import Array, ChunkedArray, InMemory, whole
from hone_trainer.store.chunked_storage import plain

_PART = re.compile(r"/part_\d+(:\d+)?$")


@dataclass(frozen=True)
class Variables:
    """Model and optimiser where every pod has all of them.

    Attributes:
        strategy: in whose scope they were made.
        groups: name -> variables.
    """

    live: ClassVar[bool] = False
    """Whether values change after they were taken."""
    strategy: Any
    groups: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, strategy: Any, model: Any, optimizer: Any) -> Variables:
        """Return those of a model and of its optimizer, the latter already built."""
        return cls(strategy, {"weights": model.weights, "optimizer": optimizer.variables})

    def beside(self, aside: Sequence[Any]) -> Variables:
        """Return these and others that are trained, and are no part of the network."""
        if not aside:
            return self
        return Variables(self.strategy, {**self.groups, "aside": aside})

    def take(self) -> dict[str, tuple[ChunkedArray, ...]]:
        """Return copies of all values."""
        return {
            name: tuple(InMemory(variable.numpy()) for variable in group)
            for name, group in self.groups.items()
        }

    @property
    def aside(self) -> Sequence[Any]:
        """What is trained and is no part of the network."""
        return self.groups.get("aside", ())

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each weight of a model that was built alone, in order."""
        return tuple(dict.fromkeys(map(name_of, self.groups["weights"])))

    def start(self, given: Mapping[str, Array | ChunkedArray]) -> None:
        """Let weights start from what is given by their names; each of these is one of them."""
        weights = {name_of(each): each for each in self.groups["weights"]}
        with self.strategy.scope():
            for name, array in given.items():
                weights[name].assign(plain(array))

    def clear(self, group: str) -> None:
        """Set all of a group to zero."""
        with self.strategy.scope():
            for variable in self.groups[group]:
                variable.assign(np.zeros(variable.shape, variable.dtype.as_numpy_dtype))

    def put(self, values: Mapping[str, Sequence[ChunkedArray]]) -> None:
        """Put values back; the same groups and shapes as ``take`` gave."""
        with self.strategy.scope():
            for name, group in self.groups.items():
                for variable, chunked in zip(group, values[name], strict=True):
                    variable.assign(whole(chunked))

    def tables(self, weights: Sequence[ChunkedArray]) -> tuple[ChunkedArray, ...]:
        """Return the weights as a model has them that was built alone: the same here."""
        return tuple(weights)


def name_of(variable: Any) -> str:
    """Return what a weight is called, or the table that it is a part of."""
    return _PART.sub("", variable.name).partition(":")[0]
