"""What every model is: parameters from which the same graph is built wherever it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


class Model(Spec):
    """An architecture, without the heads: these are the tasks' own."""

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:  # noqa: ARG002
        """Say why it cannot read fields of ids, with so many in each: with field and remedy."""
        yield from ()

    def reads(self) -> tuple[str, ...]:
        """Return what changes whenever code changes that is not this product's."""
        return ()

    def gives(self, schema: Schema) -> frozenset[str]:  # noqa: ARG002
        """Return the names of its features: a task fits whose ``needs`` are among them."""
        return frozenset({"vector"})

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """Build the layers on top of Keras inputs.

        Args:
            inputs: column name -> Keras tensor; id columns (batch, length) int32, number columns
                (batch, 1) float32.
            schema: the columns of the data set, with vocabulary sizes.
            prefix: put before each layer's name, so that several models fit into one graph.

        Returns:
            Keras tensors by name; ``vector`` is (batch, width).

        Raises:
            StageFailure: it cannot read such columns.
        """
        raise NotImplementedError
