"""The variables of a training as chunked arrays, to be saved and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hone_trainer.store.chunked_array import ChunkedArray, InMemory, whole


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

    def take(self) -> dict[str, tuple[ChunkedArray, ...]]:
        """Return copies of all values."""
        return {
            name: tuple(InMemory(variable.numpy()) for variable in group)
            for name, group in self.groups.items()
        }

    def start(self, given: Mapping[str, Any]) -> None:
        """Let weights start from what is given by their names; each of these is one of them."""
        weights = {each.name.partition(":")[0]: each for each in self.groups["weights"]}
        with self.strategy.scope():
            for name, array in given.items():
                weights[name].assign(array)

    def put(self, values: Mapping[str, Sequence[ChunkedArray]]) -> None:
        """Put values back; the same groups and shapes as ``take`` gave."""
        with self.strategy.scope():
            for name, group in self.groups.items():
                for variable, chunked in zip(group, values[name], strict=True):
                    variable.assign(whole(chunked))

    def tables(self, weights: Sequence[ChunkedArray]) -> tuple[ChunkedArray, ...]:
        """Return the weights as a model has them that was built alone: the same here."""
        return tuple(weights)
