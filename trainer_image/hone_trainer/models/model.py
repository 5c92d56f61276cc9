"""What every model is: parameters from which the same graph is built wherever it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.store.artifact_store import ArtifactStore


class Model(Spec):
    """An architecture, without the heads: these are the tasks' own."""

    decay: ClassVar[float] = 0.0
    """How its weights shrink in training where nobody says; see ``Adam.weight_decay``."""

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:  # noqa: ARG002
        """Say why it cannot read fields of ids, with so many in each: with field and remedy."""
        yield from ()

    def names(self, columns: frozenset[str]) -> Iterator[str]:  # noqa: ARG002
        """Say which columns it names that are none of those that are read: field and remedy."""
        yield from ()

    def reads(self, store: ArtifactStore) -> tuple[str, ...]:  # noqa: ARG002
        """Return what changes whenever code or files change that are not this product's."""
        return ()

    def settled(self, schema: Schema, store: ArtifactStore) -> Self:  # noqa: ARG002
        """Return it with all that its graph needs to know, before the first graph is built.

        Raises:
            StageFailure: what it reads is not there, or does not fit the columns.
        """
        return self

    def start(
        self,
        schema: Schema,  # noqa: ARG002
        store: ArtifactStore,  # noqa: ARG002
    ) -> Mapping[str, NDArray[Any]]:
        """Return what weights start from where that is not chance: name of a weight -> array.

        Raises:
            StageFailure: what it reads is not there, or is not what it should be.
        """
        return {}

    def sequential(self, schema: Schema) -> bool:  # noqa: ARG002
        """Say whether it reads a history from the first position to the last: its features then
        hold ``vectors``, (batch, positions, width), and what it gives for the last one, ``vector``,
        is what it gives for a history that ends there.
        """
        return False

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
